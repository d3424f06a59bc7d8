package import JOSE
import Metrics

/// Sign-in with a password. An account that does not exist costs what one with a current record costs.
package struct PasswordSignInService: PasswordSignIn {
    private let accounts: any AccountStore
    private let hashing: any PasswordHashing
    private let limit: SignInLimit
    private let now: @Sendable () -> Timestamp

    /// nil `limits` mean none.
    package init(
        accounts: any AccountStore,
        hashing: any PasswordHashing,
        limits: SignInLimits? = SignInLimits(),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.accounts = accounts
        self.hashing = hashing
        limit = SignInLimit(limits)
        self.now = now
    }

    package func signIn(
        _ identifier: AccountIdentifier,
        password: Password,
        from address: String
    ) async throws -> SignInOutcome {
        if let refused = refusal(of: identifier, address) { return refused }
        // Read before its record: a password that is set from here on raises the generation past this one.
        let found = try await accounts.account(identifier)
        let record = try await accounts.passwordRecord(of: found?.id ?? Account.ID(""))
        let verdict = try await hashing.verify(password, against: record)
        // Asked again, for those who tried many passwords at the same time.
        if let refused = refusal(of: identifier, address) { return refused }
        guard verdict != .wrong, let account = found, let record else {
            limit.count(identifier, address, at: now())
            return Self.counted("wrong", .wrong)
        }
        if verdict == .rightButOutdated { await renew(record, of: account.id, password) }
        guard account.state == .active else { return Self.counted("blocked", .blocked(account)) }
        guard account.isActivated else { return Self.counted("not activated", .notActivated(account)) }
        return Self.counted("signed in", .signedIn(try await noted(account)))
    }

    private func refusal(of identifier: AccountIdentifier, _ address: String) -> SignInOutcome? {
        let wait = limit.wait(identifier, address, at: now())
        return wait > 0 ? Self.counted("limited", .limited(wait: wait)) : nil
    }

    /// A record that cannot be renewed now is renewed at the next sign-in.
    private func renew(_ record: String, of id: Account.ID, _ password: Password) async {
        guard let fresh = try? await hashing.hash(password) else { return }
        _ = try? await accounts.renewPassword(fresh, replacing: record, of: id)
    }

    private func noted(_ account: Account) async throws -> Account {
        let time = now()
        try await accounts.noteSignIn(account.id, at: time)
        var account = account
        account.lastSignIn = time
        return account
    }

    private static func counted(_ result: String, _ outcome: SignInOutcome) -> SignInOutcome {
        Counter(label: "martlet_password_sign_ins_total", dimensions: [("result", result)]).increment()
        return outcome
    }
}
