package import Cryptography
package import JOSE

/// Makes the one-time tokens that are mailed, and the links that carry them.
package struct MailedTokens: Sendable {
    let store: any AccountTokenStore
    let settings: RecoverySettings
    let now: @Sendable () -> Timestamp
    private let random: any RandomSource
    private let link: @Sendable (_ token: String) throws -> String

    /// `link` makes the URL in the mail out of a token (letters, digits, `-` and `_`).
    package init(
        store: any AccountTokenStore,
        settings: RecoverySettings = RecoverySettings(),
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp,
        link: @escaping @Sendable (_ token: String) throws -> String
    ) {
        self.store = store
        self.settings = settings
        self.random = random
        self.now = now
        self.link = link
    }

    /// A token of 256 bits for `account`, or nobody's, and the link that carries it to `email`. Throws what making the link throws.
    func made(
        _ purpose: AccountToken.Purpose,
        for account: Account.ID?,
        _ email: EmailAddress,
        from address: String
    ) throws -> (token: AccountToken, link: String) {
        let time = now()
        let text = "martlet_mt_" + Base64URL.encode(random.bytes(32))
        let lifetime = purpose == .recoverPassword ? settings.recoveryLifetime : settings.confirmationLifetime
        let token = AccountToken(
            purpose,
            id: ULID(milliseconds: time.milliseconds, random: random.bytes(10)).string,
            account: account,
            digest: Self.digest(text),
            email: email,
            origin: .init(address: address, time: time, expiry: time + lifetime)
        )
        return (token, try link(text))
    }

    static func digest(_ text: String) -> [UInt8] { Hash.digest(text) }
}
