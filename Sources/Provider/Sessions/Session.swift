package import JOSE

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

    package init(
        id: ID,
        subject: Subject.ID,
        client: Client.ID,
        times: SessionTimes,
        isRemembered: Bool,
        origin: SessionOrigin
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
