package import JOSE
package import OAuth

/// An application that asks for tokens (RFC 6749 §2).
package struct Client: Sendable {
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ id: String) {
            description = id
        }
    }

    package let id: ID
    /// For people: what the operator called it.
    package let name: String
    package let authentication: ClientAuthenticationMethod
    package let credential: Credential
    /// All that it may ask for.
    package let scope: Scope
    package var grants: Set<GrantType> = [.clientCredentials]
    /// Whether its assertions must carry a challenge of ours.
    package var mustAnswerChallenge = false
    /// Whether it may introspect the tokens of every client (RFC 7662 §2.1).
    package var isResourceServer = false
    /// What it says of itself.
    package var metadata = ClientMetadata()
    /// What the operator decided for it alone.
    package var policy = ClientPolicy()
    /// The name of the file that it comes from, or nil where it was added or registered otherwise.
    package var manager: String?
    /// The SHA-256 of its registration access token (RFC 7592 §3), where it registered itself.
    package var registrationDigest: [UInt8]?
    /// The host of the document that its id leads to, where it has one: all that is known of who it is.
    package var documentHost: String?
    /// The account that this client is a key of, or nil for a registered application.
    package var owner: SubjectKey?

    /// What a client proves itself with.
    package enum Credential: Sendable {
        /// The SHA-256 of a secret.
        case secretDigest([UInt8])
        /// A secret sealed under the server's sealing key: `client_secret_jwt` needs its text.
        case sealedSecret([UInt8])
        case keys(JWKSet)
        /// The key set that lies there (RFC 7591 §2, `jwks_uri`).
        case publishedKeys(WebAddress)
        /// Nothing: a public client.
        case none
    }

    package init(
        id: ID,
        name: String,
        authentication: ClientAuthenticationMethod,
        credential: Credential,
        scope: Scope
    ) {
        self.id = id
        self.name = name
        self.authentication = authentication
        self.credential = credential
        self.scope = scope
    }
}

/// The registered clients.
package protocol ClientStore: Sendable {
    /// The client, or nil when none is registered under this id.
    func client(_ id: Client.ID) async throws -> Client?

    /// Registers `client`; its `owner` is not kept. Throws when the id is taken.
    func add(_ client: Client, at time: Timestamp) async throws

    /// Registers a client that came by itself, from a network address. Where `limit` of them came from there within the last hour it
    /// is not registered, and this is when the oldest of those came; nil otherwise.
    func register(_ client: Client, from network: String, limit: Int?, at time: Timestamp) async throws -> Timestamp?

    /// Puts `client` in the place of the one with its id. False when there is none.
    func replace(_ client: Client) async throws -> Bool

    /// Takes the client out, with the sessions of people in it. False when there was none.
    func remove(_ id: Client.ID) async throws -> Bool
}
