import JOSE

/// Another address for an account.
package struct EmailChange: Sendable {
    private let tokens: MailedTokens

    package init(tokens: MailedTokens) {
        self.tokens = tokens
    }

    /// What became of a change.
    package enum Outcome: Sendable, Equatable {
        case changed
        /// It was the account's address already; its verification stays.
        case unchanged
        /// There is no such account.
        case unknown
        case emailTaken
    }

    /// Gives an account another address, unverified, and mails a link to it that confirms it; every link to the old one dies. Throws
    /// `RecoveryError` and what the store throws.
    package func change(_ id: Account.ID, to email: EmailAddress, from address: String) async throws -> Outcome {
        let (token, link) = try tokens.made(.changeEmail, for: id, email, from: address)
        let outcome = try await tokens.store.changeEmail(
            with: token,
            mail: AccountMail.confirmation(token, link: link),
            limits: tokens.settings.confirmationMails,
            since: token.createdAt - RecoverySettings.hour
        )
        switch outcome {
        case .changed: return .changed
        case .unchanged: return .unchanged
        case .unknown: return .unknown
        case .emailTaken: return .emailTaken
        case .limited(let oldest): throw RecoveryError.limited(since: oldest, at: token.createdAt)
        }
    }
}
