package import JOSE
package import OAuth

/// An authorization request that a client left here, so that the browser carries no more than its name (RFC 9126).
package struct PushedRequest: Sendable {
    /// The SHA-256 of the secret in its name.
    package struct ID: Hashable, Sendable {
        package let digest: [UInt8]

        package init(digest: [UInt8]) {
            self.digest = digest
        }
    }

    package let id: ID
    package let client: Client.ID
    /// All that is asked for, as it was found right: the claims of a request object stand here in its place, and nothing by which
    /// clients prove themselves. Empty once it is used.
    package let parameters: Parameters
    /// Until when it may be opened or, where it was, completed.
    package let expiry: Timestamp
    package var openedAt: Timestamp?
    package var usedAt: Timestamp?

    package init(id: ID, client: Client.ID, parameters: Parameters, expiry: Timestamp) {
        self.id = id
        self.client = client
        self.parameters = parameters
        self.expiry = expiry
    }
}

/// Keeps pushed requests by their digest. Each function but the first is one statement.
package protocol PushedRequestStore: Sendable {
    /// Files a new one. Where `limit` of its client's are neither used nor expired it is not filed, and this is when the first of those
    /// expires; nil otherwise.
    func file(_ request: PushedRequest, limit: Int, at now: Timestamp) async throws -> Timestamp?

    /// The request, also one that is used or expired, until it is swept.
    func request(_ id: PushedRequest.ID) async throws -> PushedRequest?

    /// Notes that a browser came with it, and lets it live until `expiry`; nothing where one came before.
    func open(_ id: PushedRequest.ID, until expiry: Timestamp, at now: Timestamp) async throws

    /// Uses it up. Of any number of calls one is told true.
    func complete(_ id: PushedRequest.ID, at now: Timestamp) async throws -> Bool
}
