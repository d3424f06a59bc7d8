package import JOSE

/// Files accounts with a password. A sign-up is one transaction: whether it may happen, its account, and what it uses up.
package protocol SignUpStore: Sendable {
    /// Why the account could not be made now; nil when it could. Changes nothing.
    func refusal(of account: Account, _ condition: SignUpCondition?) async throws -> SignUpRefusal?

    /// Makes the account, or says why not; then nothing was used up.
    func signUp(_ account: Account, password record: String, _ condition: SignUpCondition?) async throws
        -> SignUpRefusal?

    /// Files a one-time key for the first administrator, unless there is an administrator or a key was filed before. Says
    /// whether it did.
    func fileFirst(_ key: AdminKey, at now: Timestamp) async throws -> Bool

    /// Files a one-time key for an administrator; those before it are dead.
    func file(_ key: AdminKey, at now: Timestamp) async throws
}

/// What a sign-up depends on, and uses up.
package enum SignUpCondition: Sendable {
    /// Fewer sign-ups than this in the last hour from this network address.
    case fewer(than: Int, from: String)
    /// A one-time key that was not used, by its SHA-256.
    case adminKey(digest: [UInt8])
}

/// Why an account is not made.
package enum SignUpRefusal: Sendable, Equatable {
    case usernameTaken
    case adminKeyUnknown
    /// The network address has had its sign-ups; the oldest of them was at this time.
    case limited(oldest: Timestamp)
}
