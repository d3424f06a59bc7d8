import Cryptography
package import JOSE

/// The accounts. Each change is one transaction; a change that ends sign-ins counts the account's generation up and ends its
/// sessions in the same one.
package protocol AccountStore: Sendable {
    /// The account with this id, email address or username, or nil.
    func account(_ identifier: AccountIdentifier) async throws -> Account?

    /// Accounts in the order they were made, after `cursor` (an account id, possibly of one that is gone), at most `limit`.
    /// `search` matches the beginning of a username, email address or name.
    func accounts(after cursor: Account.ID?, search: String?, limit: Int) async throws -> [Account]

    /// How many accounts there are.
    func count() async throws -> Int

    /// Files a new account with its password record, if it has one.
    func insert(_ account: Account, password: String?) async throws -> InsertOutcome

    /// Changes an account as `revision` says, in one transaction. A change of the state, of roles or permissions ends every sign-in.
    func revise(_ id: Account.ID, _ revision: AccountRevision, at now: Timestamp) async throws -> UpdateOutcome

    /// Sets the state, ends every sign-in. False when there is no such account.
    func setState(_ state: Account.State, of id: Account.ID) async throws -> Bool

    /// Deletes the account with its keys, sessions, friendships and messages; when `keepsAdministrator`, not the last active one.
    func delete(_ id: Account.ID, keepsAdministrator: Bool) async throws -> DeletionOutcome

    /// The password record, or nil when the account has no password.
    func passwordRecord(of id: Account.ID) async throws -> String?

    /// Replaces the password record. When `endsOthers`, every session but `current` ends in the same transaction, and tokens
    /// without a session die too.
    func setPassword(
        _ record: String,
        of id: Account.ID,
        endsOthers: Bool,
        except current: String?,
        at now: Timestamp
    ) async throws -> Bool

    /// Writes a password's record anew: `record` in the place of `old`. False when `old` is no longer the record, so that a
    /// password that was changed meanwhile stays changed.
    func renewPassword(_ record: String, replacing old: String, of id: Account.ID) async throws -> Bool

    /// Notes a sign-in.
    func noteSignIn(_ id: Account.ID, at now: Timestamp) async throws
}

extension AccountStore {
    /// Changes an account as `change` says, in one transaction. `change` may run more than once and does nothing but change its
    /// argument; what it throws undoes all.
    package func update(
        _ id: Account.ID,
        at now: Timestamp,
        _ change: @escaping @Sendable (inout Account) throws -> Void
    ) async throws -> UpdateOutcome {
        try await revise(id, AccountRevision(change), at: now)
    }

    /// Deletes the account, whoever it is. False when there is no such account.
    package func delete(_ id: Account.ID) async throws -> Bool {
        try await delete(id, keepsAdministrator: false) == .deleted
    }
}

/// How an account is asked for.
package enum AccountIdentifier: Sendable {
    case id(Account.ID)
    case email(EmailAddress)
    case username(Username)

    /// What `text` can only be: with an `@` an email address, else an account's id or a username. nil when it is none.
    package init?(_ text: String) {
        if text.contains("@") {
            guard let email = EmailAddress(text) else { return nil }
            self = .email(email)
        } else if let id = UUIDv4(text) {
            self = .id(Account.ID(id.string))
        } else {
            guard let username = Username(text) else { return nil }
            self = .username(username)
        }
    }

    /// One text for one account's identifier, however it was written.
    package var key: String {
        switch self {
        case .id(let id): "id " + id.description
        case .email(let email): "email " + email.key
        case .username(let username): "username " + username.key
        }
    }
}

/// What became of a new account.
package enum InsertOutcome: Sendable, Equatable {
    case inserted
    case usernameTaken
    case emailTaken
    case keyTaken
}

/// What became of a change.
package enum UpdateOutcome: Sendable {
    case updated(Account)
    case unknown
    case usernameTaken
    case emailTaken
    /// It would leave no active administrator.
    case lastAdministrator
}

/// What became of a deletion.
package enum DeletionOutcome: Sendable {
    case deleted
    case unknown
    /// It would leave no active administrator.
    case lastAdministrator
}
