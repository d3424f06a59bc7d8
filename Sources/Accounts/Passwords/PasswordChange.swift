package import JOSE

/// A new password for who knows the old one.
package struct PasswordChange: Sendable {
    private let signIn: any PasswordSignIn
    private let accounts: any AccountStore
    private let hashing: any PasswordHashing
    private let now: @Sendable () -> Timestamp

    package init(
        signIn: any PasswordSignIn,
        accounts: any AccountStore,
        hashing: any PasswordHashing,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.signIn = signIn
        self.accounts = accounts
        self.hashing = hashing
        self.now = now
    }

    /// What became of a change.
    package enum Outcome: Sendable, Equatable {
        case changed
        /// The old password is another one, or the account was blocked meanwhile.
        case wrong
        /// Too many wrong ones; wait this number of seconds.
        case limited(wait: Int64)
    }

    /// Replaces `old` by `new` and ends every session of the account, the asker's as well: it goes on under another id. A wrong
    /// `old` counts as a failed sign-in. Throws `PasswordError` and what the store throws.
    package func change(
        _ id: Account.ID,
        from old: Password,
        to new: Password,
        asker address: String
    ) async throws -> Outcome {
        switch try await signIn.signIn(.id(id), password: old, from: address) {
        case .wrong, .blocked, .notActivated: return .wrong
        case .limited(let wait): return .limited(wait: wait)
        case .signedIn:
            let record = try await hashing.hash(new)
            let isSet = try await accounts.setPassword(record, of: id, endsOthers: true, except: nil, at: now())
            return isSet ? .changed : .wrong
        }
    }
}
