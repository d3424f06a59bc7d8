import JOSE

/// A new password for who has forgotten the old one and reads the account's mail.
package struct PasswordRecovery: Sendable {
    private let accounts: any AccountStore
    private let hashing: any PasswordHashing
    private let tokens: MailedTokens

    package init(accounts: any AccountStore, hashing: any PasswordHashing, tokens: MailedTokens) {
        self.accounts = accounts
        self.hashing = hashing
        self.tokens = tokens
    }

    /// Mails a link to the address on file, if an activated and active account has it and it has not had its mails; the account's older links
    /// die. Says nothing about that, and takes one write either way. Throws `RecoveryError` only for an asker who asks too often,
    /// whomever for, and what the store throws.
    package func recover(_ email: EmailAddress, from address: String) async throws {
        let found = try await accounts.account(.email(email))
        let account = found.flatMap { $0.state == .active && $0.isActivated ? $0 : nil }
        let (token, link) = try tokens.made(.recoverPassword, for: account?.id, account?.email ?? email, from: address)
        let filing = try await tokens.store.file(
            token,
            mail: account == nil ? nil : AccountMail.recovery(token, link: link),
            limits: tokens.settings.recoveryMails,
            since: token.createdAt - RecoverySettings.hour
        )
        if case .askerLimited(let oldest) = filing { throw RecoveryError.limited(since: oldest, at: token.createdAt) }
    }

    /// Whether the token of a link can still be used; takes nothing, so that a mail scanner that follows the link spoils nothing.
    package func isAlive(_ token: String) async throws -> Bool {
        try await tokens.store.isAlive(MailedTokens.digest(token), .recoverPassword, at: tokens.now())
    }

    /// Takes the token, sets the password, ends every session of the account. nil when the token is unknown, used, expired, or of an
    /// address that the account no longer has. Throws `PasswordError` and what the store throws.
    package func setPassword(_ password: Password, with token: String) async throws -> Account.ID? {
        // Hashing is dear: not for a token that anybody made up.
        guard try await isAlive(token) else { return nil }
        let record = try await hashing.hash(password)
        return try await tokens.store.recover(MailedTokens.digest(token), record: record, at: tokens.now())
    }
}
