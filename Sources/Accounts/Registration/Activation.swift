package import Cryptography
package import JOSE

/// Registration with an address and a password of one's own choice. The account is there at once, so that nobody else takes its names,
/// and may sign in once the link in its mail was followed. One that nobody activates is swept.
package struct Activation: Sendable {
    /// How long an account waits for its link to be followed before it is swept, in seconds: the life of the link and an hour.
    package static let patience = RecoverySettings().confirmationLifetime + RecoverySettings.hour
    /// Registrations an hour from one network address, unless the operator says otherwise.
    package static let standardLimit = 30

    private let store: any ActivationStore
    private let hashing: any PasswordHashing
    private let tokens: MailedTokens
    private let limit: Int?
    private let discretion: Discretion?
    private let random: any RandomSource

    /// Where the owner of a taken address is sent by mail: URLs.
    package struct Discretion: Sendable {
        package let signIn: String
        package let recovery: String

        package init(signIn: String, recovery: String) {
            self.signIn = signIn
            self.recovery = recovery
        }
    }

    /// `limit` is of registrations an hour from one network address; nil for none. With `discretion` nobody learns whether an address
    /// is taken; nil where who registers is told.
    package init(
        store: any ActivationStore,
        hashing: any PasswordHashing,
        tokens: MailedTokens,
        limit: Int? = Self.standardLimit,
        discretion: Discretion? = nil,
        random: any RandomSource
    ) {
        self.store = store
        self.hashing = hashing
        self.tokens = tokens
        self.limit = limit
        self.discretion = discretion
        self.random = random
    }

    /// Files the account of somebody with its password, and mails the link that activates it, all or nothing. With discretion a taken
    /// address costs the same time and counts the same; its owner gets a mail, and nil comes back. Throws `ActivationError`,
    /// `PasswordError` and what the store throws.
    @discardableResult
    package func register(
        _ registrant: Registrant,
        password: Password,
        from address: String
    ) async throws -> Account.ID? {
        let time = tokens.now()
        let account = registrant.account(Account.ID(UUIDv4(random: random).string), at: time)
        let (token, link) = try tokens.made(.confirmEmail, for: account.id, registrant.email, from: address)
        var request = ActivationRequest(
            account: account,
            token: token,
            mail: AccountMail.activation(token, username: registrant.username, link: link),
            mails: tokens.settings.confirmationMails,
            limit: limit
        )
        request.warning = discretion.map { AccountMail.addressTaken(token, $0) }
        // Looked at first, so that nobody makes the server hash in vain; decided when it is written.
        if let refusal = try await store.refusal(of: request), !isHidden(refusal) {
            throw ActivationError(refusal, at: time)
        }
        let record = try await hashing.hash(password)
        if let refusal = try await store.register(request, password: record) {
            if isHidden(refusal) { return nil }
            throw ActivationError(refusal, at: time)
        }
        RegistrationMetrics.registered()
        return account.id
    }

    /// Whether who registers does not learn of it.
    private func isHidden(_ refusal: ActivationRefusal) -> Bool { discretion != nil && refusal == .emailTaken }

    /// Takes the token of a link, once: its account may sign in from now on, its address is verified. nil when it is unknown, used,
    /// expired, or of an address that the account no longer has.
    package func activate(_ token: String) async throws -> Account.ID? {
        try await tokens.store.confirm(MailedTokens.digest(token), [.confirmEmail], at: tokens.now())
    }
}

/// Somebody who registers.
package struct Registrant: Sendable {
    package let email: EmailAddress
    package let username: Username
    /// For display.
    package let name: String
    /// Empty where no part is asked for. Who has that of an administrator becomes one: the caller has made sure that somebody may say so.
    package let profile: ProfileParts

    package init(email: EmailAddress, username: Username, name: String, profile: ProfileParts = ProfileParts()) {
        self.email = email
        self.username = username
        self.name = name
        self.profile = profile
    }

    fileprivate func account(_ id: Account.ID, at now: Timestamp) -> Account {
        var account = Account(id: id, name: name, createdAt: now)
        account.username = username
        account.email = email
        account.profile = profile
        account.roles = profile.admin == nil ? [.guest] : [.admin]
        account.isActivated = false
        return account
    }
}

/// Keeps accounts that wait for their activation; each change is one transaction.
package protocol ActivationStore: Sendable {
    /// Why the account could not be filed now, or nil.
    func refusal(of request: ActivationRequest) async throws -> ActivationRefusal?

    /// Files the account with its password record, its token and its mail, and counts the registration; or says why not, and writes
    /// nothing, but for a taken address with a warning: then that is mailed and all is counted as it would have been.
    func register(_ request: ActivationRequest, password record: String) async throws -> ActivationRefusal?
}

/// An account that is to wait for its activation.
package struct ActivationRequest: Sendable {
    package let account: Account
    package let token: AccountToken
    package let mail: Mail
    /// The most mails in an hour; nil for no limit.
    package let mails: AskingLimits?
    /// The most registrations from the token's network address in an hour; nil for no limit.
    package let limit: Int?
    /// Mailed when the address is taken; nil when who asks is told instead.
    package var warning: Mail?

    package init(account: Account, token: AccountToken, mail: Mail, mails: AskingLimits?, limit: Int?) {
        self.account = account
        self.token = token
        self.mail = mail
        self.mails = mails
        self.limit = limit
    }
}

package enum ActivationRefusal: Sendable, Equatable {
    case usernameTaken
    case emailTaken
    /// The oldest of what counts was at this time.
    case limited(oldest: Timestamp)
}

/// Why nobody was registered.
package enum ActivationError: Error, Sendable, Equatable {
    case usernameTaken
    case emailTaken
    /// Asked too often; `wait` in seconds.
    case limited(wait: Int64)

    fileprivate init(_ refusal: ActivationRefusal, at now: Timestamp) {
        switch refusal {
        case .usernameTaken: self = .usernameTaken
        case .emailTaken: self = .emailTaken
        case .limited(let oldest): self = .limited(wait: max(1, oldest.seconds + RecoverySettings.hour - now.seconds))
        }
    }
}
