import Cryptography
package import JOSE

/// A person's record.
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
        /// May not sign in; all its tokens are dead.
        case blocked
    }

    package let id: ID
    package let email: EmailAddress
    package let name: String
    package let state: State
    package let createdAt: Timestamp
    package let keys: [AccountKey]

    package init(
        id: ID,
        email: EmailAddress,
        name: String,
        state: State,
        createdAt: Timestamp,
        keys: [AccountKey]
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.state = state
        self.createdAt = createdAt
        self.keys = keys
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

/// The accounts, for those who administer them.
package protocol AccountStore: Sendable {
    /// Accounts in the order they were made, after `cursor` (an account id), at most `limit`.
    func accounts(after cursor: Account.ID?, limit: Int) async throws -> [Account]

    /// The account with this id or this email address, or nil.
    func account(_ idOrEmail: String) async throws -> Account?

    /// Changes the state and ends every sign-in of the account. Returns false when there is no such account.
    func setState(_ state: Account.State, of id: Account.ID) async throws -> Bool

    /// Deletes the account, its keys and its tokens. Returns false when there is no such account.
    func delete(_ id: Account.ID) async throws -> Bool
}
