import JOSE
import OAuth

/// Finds clients of every kind: registered applications, keys of accounts, and those whose id leads to a document.
package struct ClientDirectory: Sendable {
    private let clients: any ClientStore
    private let subjects: any SubjectStore
    private let keyScope: Scope
    /// nil where the operator takes none.
    private let documents: DocumentClients?
    /// Parsing a key costs a third of verifying with it. A thumbprint determines its key, so nothing here can be out of date.
    private let parsed = BoundedCache<String, RegisteredKey>(capacity: 16_384)

    package init(_ dependencies: Dependencies) {
        clients = dependencies.clients
        subjects = dependencies.subjects
        keyScope = dependencies.settings.accountScope
        documents = dependencies.settings.takesClientDocuments ? DocumentClients(dependencies) : nil
    }

    /// The client, or nil when there is none under this id or the account that it belongs to may not sign in. `network` is who asks.
    /// Throws what the stores throw; for a document that cannot be used `invalid_client`, and 429 for too many of those.
    package func client(_ id: Client.ID, from network: @autoclosure () -> String) async throws -> Client? {
        if let documents, id.description.hasPrefix("https://") {
            return try await documents.client(id, from: network())
        }
        guard let thumbprint = KeyClient.thumbprint(in: id) else { return try await clients.client(id) }
        guard let key = try await subjects.key(thumbprint: thumbprint) else { return nil }
        return try registered(key).map { KeyClient.client(of: key, registered: $0, scope: keyScope) }
    }

    private func registered(_ key: SubjectKey) throws -> RegisteredKey? {
        if let known = parsed[key.thumbprint] { return known }
        let fresh = try RegisteredKey.all(in: key.registeredForm).first { $0.thumbprint == key.thumbprint }
        parsed[key.thumbprint] = fresh
        return fresh
    }
}
