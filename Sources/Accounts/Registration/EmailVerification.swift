package import JOSE

/// The proof, on its way by mail, that somebody reads an email address.
package struct EmailVerification: Sendable {
    package let email: EmailAddress
    /// SHA-256 of the token in the mail, a UUID v4.
    package let tokenDigest: [UInt8]
    /// SHA-256 of the token that the asker was given, which lets only the asker register the address.
    package let registrationDigest: [UInt8]
    /// The network address of the asker.
    package let askedFrom: String
    package let createdAt: Timestamp
    package let expiry: Timestamp

    package init(
        email: EmailAddress,
        tokenDigest: [UInt8],
        registrationDigest: [UInt8],
        askedFrom: String,
        createdAt: Timestamp,
        expiry: Timestamp
    ) {
        self.email = email
        self.tokenDigest = tokenDigest
        self.registrationDigest = registrationDigest
        self.askedFrom = askedFrom
        self.createdAt = createdAt
        self.expiry = expiry
    }
}

/// Keeps verifications and registers accounts; each change is one transaction.
package protocol RegistrationStore: Sendable {
    /// Files `verification` and its mail together, unless the email address or the asker has reached its limit since `start`; then
    /// nothing is written and the answer is the time of the oldest of those that count. Nil `limits` mean none.
    func ask(
        _ verification: EmailVerification,
        mail: Mail,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> Timestamp?

    /// Marks the verification with this token as done, once. Nil when there is none that is fresh and alive.
    func verify(tokenDigest: [UInt8], at now: Timestamp) async throws -> EmailAddress?

    /// Whether a verification of the address is done and still alive.
    func isVerified(_ email: EmailAddress, at now: Timestamp) async throws -> Bool

    /// Makes the account out of a verification that is done, all or nothing.
    func register(_ request: RegistrationRequest) async throws -> RegistrationOutcome
}

/// The most verification mails in an hour.
package struct AskingLimits: Sendable {
    /// To one email address: the seed's.
    package let perEmail: Int
    /// Asked for from one network address, whomever they go to.
    package let perAsker: Int

    package init(perEmail: Int = 5, perAsker: Int = 20) {
        self.perEmail = perEmail
        self.perAsker = perAsker
    }
}

/// An account that somebody asks for.
package struct RegistrationRequest: Sendable {
    package let account: Account
    /// The account's address, which must be verified.
    package let email: EmailAddress
    /// SHA-256 of the registration token, or nil when the request carried none.
    package let registrationDigest: [UInt8]?
    package let askedFrom: String
    package let now: Timestamp
    /// The most registrations from one network address in an hour, or nil for no limit.
    package let limit: Int?
}

/// What became of a registration.
package enum RegistrationOutcome: Sendable, Equatable {
    case registered
    /// No verification of the address is done, alive and the asker's own.
    case notVerified
    case emailTaken
    case keyTaken
    /// The network address has had its registrations; the oldest of them was at this time.
    case limited(oldest: Timestamp)
}
