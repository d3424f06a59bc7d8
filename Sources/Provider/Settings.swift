package import OAuth

/// What an operator decides about the authorization server; read once at start.
package struct Settings: Sendable {
    /// The issuer identifier (RFC 8414 §2): an https URL, or http in development, without query, fragment or final slash.
    package let issuer: String
    /// How long an access token lives, in seconds.
    package var accessTokenLifetime: Int64 = 3600
    /// The longest that the access token of a sign-in at one of the server's own faces may live, in seconds.
    package var signInTokenLifetime: Int64 = 43_200
    /// How long a code may be redeemed, in seconds (FAPI 2.0 §5.3.2.1: at most 60).
    package var codeLifetime: Int64 = 60
    /// How long a pushed request may wait for its browser, in seconds (FAPI 2.0 §5.3.2.2: less than 600).
    package var pushedRequestLifetime: Int64 = 60
    /// Requests that a client may push in a minute.
    package var pushesPerClient = 100
    /// The most pushed requests of one client that wait for their browsers and people; more than its rate fills.
    package var pushedRequestsPerClient = 10_000
    /// How long a person may take over a request, in seconds.
    package static let dialogueLifetime: Int64 = 3600
    /// How long an ID token is good, in seconds.
    package var idTokenLifetime: Int64 = 3600
    /// How long a refresh token of a client may lie unused, in seconds.
    package var refreshTokenLifetime: Int64 = 2_592_000
    /// How long a client may go on by refreshing before the person must sign in again, in seconds.
    package var grantLifetime: Int64 = 7_776_000
    /// For how long after a refresh token was taken, or a remembered session renewed, a retry gets the same successor, in seconds.
    package var refreshGrace: Int64 = 10
    /// How long a challenge may be used, in seconds.
    package var challengeLifetime: Int64 = 300
    /// The longest life of a client assertion, from its signing and from now, in seconds.
    package var assertionLifetime: Int64 = 300
    /// How far a client's clock may run ahead of ours, in seconds (FAPI 2.0 §5.3.2.1 asks for 10 and forbids 60).
    package var clockTolerance: Int64 = 15
    /// Failed authentications a minute after which a client is refused, for each client at each address.
    package var failuresPerClient = 10
    /// Failed authentications a minute after which an address is refused, whatever clients it names.
    package var failuresPerAddress = 100
    /// Off only in development.
    package var limitsRates = true
    /// Whether every client must answer a challenge, not only those whose registration says so.
    package var challengesAllClients = false
    /// Who may register clients over the network.
    package var registration = RegistrationPolicy.off
    /// What clients are held to that register over the network.
    package var registeredPolicy = ClientPolicy()
    /// Whether a client id may be the address of a document that describes the client.
    package var takesClientDocuments = false
    /// Whether clients may ask for tokens at once, through the browser (OIDC Core §3.2).
    package var servesImplicitFlow = false
    /// Clients that one network address may register in an hour, where everybody may.
    package var clientsPerAddress = 3
    /// The languages that pages can be read in, as tags (BCP 47).
    package var interfaceLanguages = ["en"]
    /// Every scope there is: those of OpenID Connect (OIDC Core §5.4), and those of the users, friends and chat APIs.
    package var supportedScopes = Scope(tokens: [
        "openid", "profile", "email", "address", "phone", "offline_access", "profile:write", "friends", "chat:read",
        "chat:write",
    ])
    /// The scope of an account's own tokens, by its key or its password: all, since the APIs are its own; it goes on by proving itself
    /// again.
    package var accountScope: Scope { Scope(tokens: supportedScopes.tokens.filter { $0 != "offline_access" }) }

    package init(issuer: String) {
        self.issuer = issuer
    }

    /// The longest life of any access token, in seconds: for this long a replaced signing key must be believed.
    package var longestTokenLifetime: Int64 { max(accessTokenLifetime, signInTokenLifetime) }

    /// What authorization requests may ask for.
    package var responseTypes: [ResponseType] { servesImplicitFlow ? ResponseType.allCases : [.code] }

    /// What clients may register over the network: one that must send a `code_challenge` has a use for codes alone.
    var registeredTypes: [ResponseType] { registeredPolicy.requiresPKCE ? [.code] : responseTypes }

    /// The absolute URL of a path that starts with a slash.
    package func url(_ path: String) -> String { issuer + path }

    /// The path of the issuer, empty when it has none: what every route of the provider starts with.
    package var basePath: String {
        guard let scheme = issuer.firstRange(of: "://") else { return "" }
        let rest = issuer[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }
}

/// Who may register clients.
package enum RegistrationPolicy: Sendable, Equatable {
    case off
    /// Everybody.
    case open
    /// Who has the initial access token with this SHA-256 (RFC 7591 §1.2).
    case token(digest: [UInt8])
}
