import JOSE

/// The proof that an account's owner reads its address.
package struct EmailConfirmation: Sendable {
    private let tokens: MailedTokens

    package init(tokens: MailedTokens) {
        self.tokens = tokens
    }

    /// Mails a link to the address of `account`; older links die. Nothing happens when it has no address. Throws `RecoveryError` and
    /// what the store throws.
    package func send(to account: Account, from address: String) async throws {
        guard let email = account.email else { return }
        let (token, link) = try tokens.made(.confirmEmail, for: account.id, email, from: address)
        let filing = try await tokens.store.file(
            token,
            mail: AccountMail.confirmation(token, link: link),
            limits: tokens.settings.confirmationMails,
            since: token.createdAt - RecoverySettings.hour
        )
        switch filing {
        case .filed: return
        case .addressLimited(let oldest), .askerLimited(let oldest):
            throw RecoveryError.limited(since: oldest, at: token.createdAt)
        }
    }

    /// Takes the token of a link, `EmailChange`'s among them, once, and marks the address as verified. nil when it is unknown, used,
    /// expired, or of an address that the account no longer has.
    package func confirm(_ token: String) async throws -> Account.ID? {
        try await tokens.store.confirm(MailedTokens.digest(token), [.confirmEmail, .changeEmail], at: tokens.now())
    }
}
