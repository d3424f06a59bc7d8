package import Cryptography
package import JOSE

/// How somebody gets an account with a username and a password: on their own, through somebody who may make accounts, or with the
/// one-time key of the first administrator.
package struct SignUps: Sendable {
    private let store: any SignUpStore
    private let hashing: any PasswordHashing
    /// Sign-ups an hour from one network address; nil for no limit.
    private let limit: Int?
    package static let standardLimit = 30
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp

    package init(
        store: any SignUpStore,
        hashing: any PasswordHashing,
        limit: Int? = Self.standardLimit,
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.hashing = hashing
        self.limit = limit
        self.random = random
        self.now = now
    }

    /// Whose word an account is made on.
    package enum Authority: Sendable {
        /// Nobody's: counted by the network address that asks.
        case none(address: String)
        /// An account that may make others.
        case account
        /// A one-time key, as it was sent; the account becomes an administrator.
        case adminKey(String)
    }

    /// Makes an account. Throws `SignUpError`, `RegistrationError.limited`, `PasswordError` and what the store throws.
    package func make(
        _ username: Username,
        password: Password,
        authority: Authority,
        _ change: @Sendable (inout Account) -> Void = { _ in }
    ) async throws -> Account {
        let time = now()
        var account = Account(
            id: Account.ID(UUIDv4(random: random).string),
            name: username.description,
            createdAt: time
        )
        account.username = username
        change(&account)
        if case .adminKey = authority { account.roles = [.admin] }
        let condition: SignUpCondition? =
            switch authority {
            case .none(let address): limit.map { .fewer(than: $0, from: address) }
            case .account: nil
            case .adminKey(let key): .adminKey(digest: AdminKey.digest(key))
            }
        // Looked at first, so that nobody makes the server hash in vain; decided when it is written.
        if let refusal = try await store.refusal(of: account, condition) { throw Self.error(refusal, at: time) }
        let record = try await hashing.hash(password)
        let outcome = try await store.signUp(account, password: record, condition)
        if let refusal = outcome { throw Self.error(refusal, at: time) }
        RegistrationMetrics.registered()
        return account
    }

    private static func error(_ refusal: SignUpRefusal, at now: Timestamp) -> any Error {
        switch refusal {
        case .usernameTaken: SignUpError.usernameTaken
        case .adminKeyUnknown: SignUpError.adminKeyUnknown
        case .limited(let oldest): RegistrationError.limited(wait: Registration.wait(after: oldest, at: now))
        }
    }
}

/// Why an account was not made.
package enum SignUpError: Error, Sendable, Equatable {
    case usernameTaken
    /// No key of that text was made, or it was used.
    case adminKeyUnknown
}
