package import JOSE

/// A person's record: one, whatever face it is looked at through.
package struct Account: Sendable {
    /// A UUID v4, in lower case.
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ id: String) {
            description = id
        }
    }

    package enum State: String, Sendable {
        case active
        /// May not sign in; all its tokens are dead (the `blacklisted` of the user-management face).
        case blocked
    }

    package let id: ID
    package var username: Username?
    package var email: EmailAddress?
    package var isEmailVerified: Bool
    /// For display; never empty.
    package var name: String
    package var state: State
    /// Whether its owner has followed the link in the first mail; who registers with an address of her own choice has to.
    package var isActivated: Bool
    /// Counts the times that all its sign-ins were ended, as it was when the account was read.
    package var generation: Int64
    package var roles: Set<Role>
    package var permissions: [Permission]
    package var profile: ProfileParts
    /// What the person said of themselves to be told to applications.
    package var claims: PersonalClaims
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var lastSignIn: Timestamp?
    package var keys: [AccountKey]

    package init(id: ID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        updatedAt = createdAt
        state = .active
        isActivated = true
        generation = 0
        isEmailVerified = false
        roles = [.guest]
        permissions = []
        profile = ProfileParts()
        claims = PersonalClaims(recorded: [:])
        keys = []
    }
}

/// A public key that signs for an account.
package struct AccountKey: Sendable {
    /// RFC 7638, base64url.
    package let thumbprint: String
    /// SEC1 hex or a JWK as JSON text, as its owner sent it.
    package let registeredForm: String

    package init(thumbprint: String, registeredForm: String) {
        self.thumbprint = thumbprint
        self.registeredForm = registeredForm
    }
}
