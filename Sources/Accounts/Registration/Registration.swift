package import Cryptography
package import JOSE

/// How a person gets an account: ask for a mail, follow its link, register a key.
package struct Registration: Sendable {
    private let store: any RegistrationStore
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp
    private let settings: RegistrationSettings
    private let watchers: VerificationWatchers

    package init(
        store: any RegistrationStore,
        settings: RegistrationSettings,
        watchers: VerificationWatchers,
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.settings = settings
        self.watchers = watchers
        self.random = random
        self.now = now
    }

    /// What somebody who asked for a verification is told.
    package struct Asked: Sendable {
        /// Proves, at registration, that it is the same somebody.
        package let registrationToken: String
        /// The link in the mail; shown only in development.
        package let verificationURL: String
    }

    /// Files a verification of `email` and its mail. Throws `RegistrationError`.
    package func ask(_ email: EmailAddress, from address: String) async throws -> Asked {
        let time = now()
        let token = UUIDv4(random: random).string
        let registrationToken = "martlet_rg_" + Base64URL.encode(random.bytes(32))
        let url = settings.verificationURL(token)
        let verification = EmailVerification(
            email: email,
            tokenDigest: Hash.digest(Array(token.utf8)),
            registrationDigest: Hash.digest(Array(registrationToken.utf8)),
            askedFrom: address,
            createdAt: time,
            expiry: time + settings.verificationLifetime
        )
        let mail = VerificationMail(url: url, validFor: settings.verificationLifetime).mail(
            to: email,
            id: ULID(milliseconds: time.milliseconds, random: random).string
        )
        let oldest = try await store.ask(
            verification,
            mail: mail,
            limits: settings.mails,
            since: time - RegistrationSettings.hour
        )
        if let oldest { throw RegistrationError.limited(wait: Self.wait(after: oldest, at: time)) }
        RegistrationMetrics.asked()
        return Asked(registrationToken: registrationToken, verificationURL: url)
    }

    /// Takes the token of a mail. Nil when it is unknown, used or expired.
    package func verify(_ token: String) async throws -> EmailAddress? {
        guard UUIDv4(token) != nil else { return nil }
        guard let email = try await store.verify(tokenDigest: Hash.digest(Array(token.utf8)), at: now()) else {
            return nil
        }
        watchers.announce(email)
        RegistrationMetrics.verified()
        return email
    }

    /// Whether a verification of the address is done and alive.
    package func isVerified(_ email: EmailAddress) async throws -> Bool {
        try await store.isVerified(email, at: now())
    }

    /// Registers an account with its keys. Throws `RegistrationError`.
    package func register(
        email: EmailAddress,
        name: String,
        keys: [AccountKey],
        registrationToken: String?,
        from address: String
    ) async throws -> Account.ID {
        let time = now()
        var account = Account(id: Account.ID(UUIDv4(random: random).string), name: name, createdAt: time)
        account.email = email
        account.isEmailVerified = true
        account.keys = keys
        let outcome = try await store.register(
            RegistrationRequest(
                account: account,
                email: email,
                registrationDigest: registrationToken.map { Hash.digest(Array($0.utf8)) },
                askedFrom: address,
                now: time,
                limit: settings.registrationsPerAddress
            )
        )
        switch outcome {
        case .registered:
            RegistrationMetrics.registered()
            return account.id
        case .notVerified: throw RegistrationError.notVerified
        case .emailTaken: throw RegistrationError.emailTaken
        case .keyTaken: throw RegistrationError.keyTaken
        case .limited(let oldest): throw RegistrationError.limited(wait: Self.wait(after: oldest, at: time))
        }
    }

    /// Whole seconds until an hour has passed since `oldest`.
    static func wait(after oldest: Timestamp, at now: Timestamp) -> Int64 {
        max(1, oldest.seconds + RegistrationSettings.hour - now.seconds)
    }
}

/// What an operator decides about registration.
package struct RegistrationSettings: Sendable {
    static let hour: Int64 = 3600
    /// The issuer URL, without a final slash.
    package let baseURL: String
    /// How long the link in the mail works, in seconds.
    package var verificationLifetime: Int64 = 86_400
    /// Verification mails an hour; nil for no limit.
    package var mails: AskingLimits? = AskingLimits()
    /// Registrations an hour from one network address; nil for no limit.
    package var registrationsPerAddress: Int? = 3

    package init(baseURL: String) {
        self.baseURL = baseURL
    }

    func verificationURL(_ token: String) -> String { "\(baseURL)/api/verify/\(token)" }
}

/// Why an account was not made.
package enum RegistrationError: Error, Sendable, Equatable {
    case notVerified
    case emailTaken
    case keyTaken
    /// Asked too often; `wait` in seconds.
    case limited(wait: Int64)
}
