package import JOSE

/// The protocol's view of an account.
package struct Subject: Sendable {
    /// The account's id: the `sub` of everything that is issued for it, but for clients that know accounts by pairwise names
    /// (OIDC Core §8).
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ id: String) {
            description = id
        }
    }

    package let id: ID
    /// nil when the account has none.
    package let email: String?
    package let isEmailVerified: Bool
    package let name: String
    /// nil when the account has none.
    package let username: String?
    package let createdAt: Timestamp
    /// When the account's record last changed.
    package let updatedAt: Timestamp
    /// What the person said of themselves beyond that: standard claims of OIDC Core §5.1 by their names.
    package let claims: JSONObject
    /// Whether the account may sign in and its tokens may be used: it is activated and not blocked.
    package let isActive: Bool
    /// Counts the times that all sign-ins of the account were ended; a token of an earlier count is dead.
    package let generation: Int64

    package init(
        id: ID,
        email: String?,
        isEmailVerified: Bool,
        name: String,
        username: String?,
        times: Times,
        claims: JSONObject,
        isActive: Bool,
        generation: Int64
    ) {
        self.id = id
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.name = name
        self.username = username
        createdAt = times.createdAt
        updatedAt = times.updatedAt
        self.claims = claims
        self.isActive = isActive
        self.generation = generation
    }

    /// The times of an account's record.
    package struct Times: Sendable {
        package let createdAt: Timestamp
        package let updatedAt: Timestamp

        package init(createdAt: Timestamp, updatedAt: Timestamp) {
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }
}

/// Reads accounts for the protocol.
package protocol SubjectStore: Sendable {
    /// The subject, or nil when there is no such account.
    func subject(_ id: Subject.ID) async throws -> Subject?

    /// The key with this RFC 7638 thumbprint and the subject it belongs to, or nil when nobody registered it.
    func key(thumbprint: String) async throws -> SubjectKey?
}

/// A public key that an account registered.
package struct SubjectKey: Sendable {
    package let thumbprint: String
    package let subject: Subject
    /// The public key as its owner sent it: SEC1 hex, or a JWK as JSON text.
    package let registeredForm: String

    package init(thumbprint: String, subject: Subject, registeredForm: String) {
        self.thumbprint = thumbprint
        self.subject = subject
        self.registeredForm = registeredForm
    }
}
