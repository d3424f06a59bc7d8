import Cryptography
import JOSE
import OAuth
import Provider
import Storage

/// What it takes to make the database as the file says.
struct DeclarationPlan: Sendable {
    private(set) var changes: [DeclarationChange] = []
    /// The same for the store.
    private(set) var stored: DeclaredChanges

    /// What the secrets of `client_secret_jwt` are sealed with, and with what randomness.
    struct Seal: Sendable {
        let key: SealingKey?
        let random: any RandomSource
    }

    /// Throws `DeclarationError` for what belongs to another file.
    init(_ file: Declaration, over state: DeclaredState, _ seal: Seal) throws {
        stored = DeclaredChanges(manager: file.manager)
        try addScopes(file, state)
        try addResources(file, state)
        try addClients(file, state, seal)
        for old in state.clients where old.manager == file.manager {
            guard !file.clients.contains(where: { $0.client.id == old.id }) else { continue }
            changes.append(.init(action: .remove, kind: "client", name: old.id.description))
            stored.removed.clients.append(old.id)
        }
        for old in state.resources where old.manager == file.manager {
            guard !file.resources.contains(where: { $0.resource.id == old.resource.id }) else { continue }
            changes.append(.init(action: .remove, kind: "resource", name: old.resource.id.description))
            stored.removed.resources.append(old.resource.id)
        }
        for old in state.scopes where old.manager == file.manager {
            guard !file.scopes.contains(where: { $0.token == old.token }) else { continue }
            changes.append(.init(action: .remove, kind: "scope", name: old.token))
            stored.removed.scopes.append(old.token)
        }
    }

    private mutating func addScopes(_ file: Declaration, _ state: DeclaredState) throws {
        for wanted in file.scopes {
            let old = state.scopes.first { $0.token == wanted.token }
            try Self.refuse(old?.manager, file, "scope \(wanted.token)")
            note("scope", wanted.token, old.map { ["words": .string($0.words)] }, ["words": .string(wanted.words)]) {
                $0.scopes.append(wanted)
            }
        }
    }

    private mutating func addResources(_ file: Declaration, _ state: DeclaredState) throws {
        for wanted in file.resources {
            let old = state.resources.first { $0.resource.id == wanted.resource.id }
            try Self.refuse(old?.manager, file, "resource \(wanted.resource.id)")
            note("resource", wanted.resource.id.description, old?.resource.json, wanted.resource.json) {
                $0.resources.append(wanted)
            }
        }
    }

    private mutating func addClients(_ file: Declaration, _ state: DeclaredState, _ seal: Seal) throws {
        for wanted in file.clients {
            let old = state.clients.first { $0.id == wanted.client.id }
            try Self.refuse(old?.manager, file, "client \(wanted.client.id)")
            let client = try wanted.stored(seal.key, seal.random)
            note(
                "client",
                client.id.description,
                old?.declared(secret: try old.flatMap { try Self.secretDigest(of: $0, seal) }),
                client.declared(secret: wanted.secret.map { Hash.digest($0) })
            ) { $0.clients.append(client) }
        }
    }

    private mutating func note(
        _ kind: String,
        _ name: String,
        _ old: JSONObject?,
        _ wanted: JSONObject,
        _ put: (inout DeclaredChanges) -> Void
    ) {
        let members = DeclarationChange.members(old ?? [:], wanted, secret: "client_secret")
        guard old == nil || !members.isEmpty else { return }
        changes.append(.init(action: old == nil ? .add : .change, kind: kind, name: name, members: members))
        put(&stored)
    }

    private static func refuse(_ manager: String?, _ file: Declaration, _ what: String) throws {
        guard let manager, manager != file.manager else { return }
        throw DeclarationError(
            what,
            "belongs to the file named \(manager.quoted), this one is named \(file.manager.quoted)"
        )
    }

    /// The SHA-256 of what a stored client proves itself with.
    private static func secretDigest(of client: Client, _ seal: Seal) throws -> [UInt8]? {
        switch client.credential {
        case .secretDigest(let digest): digest
        case .sealedSecret(let sealed):
            seal.key.flatMap { try? $0.open(sealed, for: client.id) }.map { Hash.digest($0) } ?? []
        case .keys, .publishedKeys, .none: nil
        }
    }
}

extension ProtectedResource {
    fileprivate var json: JSONObject {
        var json: JSONObject = ["resource_name": .string(name)]
        json["scopes"] = scope.map { .strings($0.tokens) }
        return json
    }
}

extension Client {
    /// Its members as a file has them.
    fileprivate func declared(secret: [UInt8]?) -> JSONObject {
        var json = registered
        json["client_id"] = nil
        json["policy"] = policy == ClientPolicy() ? nil : .object(policy.json)
        if isResourceServer { json["resource_server"] = true }
        if mustAnswerChallenge { json["must_answer_challenge"] = true }
        json["client_secret"] = secret.map { .string(Hexadecimal.encode($0)) }
        json["managed_by"] = manager.map { .string($0) }
        if registrationDigest != nil { json["registration_client_uri"] = "the client may change itself" }
        return json
    }
}
