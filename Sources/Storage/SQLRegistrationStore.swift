package import Accounts
package import JOSE

/// Verifications of email addresses and the accounts that come of them. Each function that writes is one write: all of
/// it happens or none.
package struct SQLRegistrationStore: RegistrationStore {
    /// The span over which registrations of one network address are counted, in seconds.
    static let eventLifetime: Int64 = 3600

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// The verification takes the id of its mail. Throws `DatabaseError`.
    package func ask(
        _ verification: EmailVerification,
        mail: Mail,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> Timestamp? {
        try await database.write { connection in
            if let limits, let oldest = try connection.oldestAsked(beyond: limits, like: verification, since: start) {
                return oldest
            }
            try connection.insert(verification, id: mail.id)
            try connection.insert(mail, dueAt: verification.createdAt)
            return nil
        }
    }

    package func verify(tokenDigest: [UInt8], at now: Timestamp) async throws -> EmailAddress? {
        try await database.write { connection in
            try connection.first(
                """
                UPDATE email_verification SET verified_at = $2
                WHERE token_digest = $1 AND verified_at IS NULL AND expires_at > $2 RETURNING email
                """,
                [.blob(tokenDigest), .time(now)]
            ) { try $0.email(0) }
        }
    }

    package func isVerified(_ email: EmailAddress, at now: Timestamp) throws -> Bool {
        try database.read { connection in
            try connection.first(
                """
                SELECT 1 FROM email_verification
                WHERE email_key = $1 AND verified_at IS NOT NULL AND expires_at > $2 LIMIT 1
                """,
                [.text(email.key), .time(now)]
            ) { try $0.integer(0) } != nil
        }
    }

    /// Who cannot show that the address is theirs learns nothing about it: that is checked first. Throws
    /// `DatabaseError`, `.constraint` also when the id of the account was ever given before.
    package func register(_ request: RegistrationRequest) async throws -> RegistrationOutcome {
        try await database.write { connection in
            guard let verification = try connection.verification(for: request) else { return .notVerified }
            if let refusal = try connection.refusal(of: request) { return refusal }
            let used = try connection.first(
                "UPDATE email_verification SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING id",
                [.text(verification), .time(request.now)]
            ) { try $0.text(0) }
            guard used != nil else { return .notVerified }
            try connection.insert(request.account)
            try connection.insertRegistration(of: request.account, .key, from: request.askedFrom)
            return .registered
        }
    }
}
