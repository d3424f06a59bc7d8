package import JOSE
package import OAuth

/// One sign-in of one account in one client. Tokens and cookies hang off it; when it ends they all end.
package struct Session: Sendable {
    /// A UUID v4, in lower case: the `sid` of tokens.
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ id: String) {
            description = id
        }
    }

    package let id: ID
    package let subject: Subject.ID
    /// The registered client, or the name of the face that was signed in to.
    package let client: Client.ID
    package let startedAt: Timestamp
    package let lastSeenAt: Timestamp
    /// It ends then, whatever happens.
    package let expiry: Timestamp
    /// It ends when it was not used for this long, in seconds.
    package let idleLimit: Int64
    /// Whether the person asked to be remembered.
    package let isRemembered: Bool
    /// The network address of the sign-in.
    package let address: String
    /// The `User-Agent` of the sign-in, at most 256 characters.
    package let userAgent: String
    /// What the person granted to the client, where the session is one of a client that sent the person here to sign in.
    package let grant: SessionGrant?

    /// When the person proved who they are.
    package var authenticatedAt: Timestamp { grant?.authenticatedAt ?? startedAt }

    package init(
        id: ID,
        subject: Subject.ID,
        client: Client.ID,
        times: SessionTimes,
        isRemembered: Bool,
        origin: SessionOrigin,
        grant: SessionGrant? = nil
    ) {
        self.id = id
        self.subject = subject
        self.client = client
        startedAt = times.startedAt
        lastSeenAt = times.lastSeenAt
        expiry = times.expiry
        idleLimit = times.idleLimit
        self.isRemembered = isRemembered
        address = origin.address
        userAgent = origin.userAgent
        self.grant = grant
    }

    /// Whether it has neither reached its end nor been idle too long.
    package func isAlive(at now: Timestamp) -> Bool {
        now < expiry && now < lastSeenAt + idleLimit
    }
}

/// The times of a session.
package struct SessionTimes: Sendable {
    package let startedAt: Timestamp
    package let lastSeenAt: Timestamp
    package let expiry: Timestamp
    /// In seconds.
    package let idleLimit: Int64

    package init(startedAt: Timestamp, lastSeenAt: Timestamp, expiry: Timestamp, idleLimit: Int64) {
        self.startedAt = startedAt
        self.lastSeenAt = lastSeenAt
        self.expiry = expiry
        self.idleLimit = idleLimit
    }
}

/// Where a sign-in came from.
package struct SessionOrigin: Sendable {
    package let address: String
    package let userAgent: String

    package init(address: String, userAgent: String) {
        self.address = address
        self.userAgent = String(userAgent.prefix(256))
    }
}

/// What a person granted to a client.
package struct SessionGrant: Sendable {
    /// The browser's session that it came from.
    package let browser: Session.ID
    package let authenticatedAt: Timestamp
    package let scope: Scope
    package let claims: ClaimsRequest
    /// What its tokens may be for, empty for the server alone.
    package let resources: [ResourceIndicator]
    /// Whether the client may go on when the person has signed out (OIDC Core §11).
    package let isOffline: Bool

    package init(
        browser: Session.ID,
        authenticatedAt: Timestamp,
        scope: Scope,
        claims: ClaimsRequest,
        resources: [ResourceIndicator],
        isOffline: Bool
    ) {
        self.browser = browser
        self.authenticatedAt = authenticatedAt
        self.scope = scope
        self.claims = claims
        self.resources = resources
        self.isOffline = isOffline
    }
}
