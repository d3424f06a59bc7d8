import Accounts
import Cryptography
import JOSE

/// How an account was made; each way is counted on its own.
enum RegistrationWay: String {
    /// With a verified address and a public key.
    case key
    /// With a username and a password.
    case signUp = "sign-up"
}

/// The steps of `SQLRegistrationStore`, each within the caller's write.
extension Connection {
    /// A count and the time of the oldest of what was counted.
    func tally(_ sql: String, _ values: [SQLValue]) throws -> (count: Int, oldest: Timestamp?) {
        let tally = try first(sql, values) { row in
            (count: Int(try row.integer(0)), oldest: try row.optionalInteger(1).map(Timestamp.init(milliseconds:)))
        }
        return tally ?? (count: 0, oldest: nil)
    }

    /// When the oldest of those verifications was asked for that leave no room for another, or nil when there is room.
    func oldestAsked(
        beyond limits: AskingLimits,
        like verification: EmailVerification,
        since start: Timestamp
    ) throws -> Timestamp? {
        let counted = [
            ("email_key", verification.email.key, limits.perEmail),
            ("asked_from", verification.askedFrom, limits.perAsker),
        ]
        for (column, value, limit) in counted {
            let asked = try tally(
                "SELECT count(*), min(created_at) FROM email_verification WHERE \(column) = $1 AND created_at >= $2",
                [.text(value), .time(start)]
            )
            if asked.count >= limit { return asked.oldest ?? verification.createdAt }
        }
        return nil
    }

    func insert(_ verification: EmailVerification, id: String) throws {
        try execute(
            """
            INSERT INTO email_verification (
                id, email, email_key, token_digest, registration_digest, asked_from, created_at, expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(id), .text(verification.email.description), .text(verification.email.key),
                .blob(verification.tokenDigest), .blob(verification.registrationDigest),
                .text(verification.askedFrom), .time(verification.createdAt), .time(verification.expiry),
            ]
        )
    }

    func insert(_ mail: Mail, dueAt time: Timestamp) throws {
        try execute(
            "INSERT INTO mail (id, recipient, subject, body, attempts, due_at) VALUES ($1, $2, $3, $4, 0, $5)",
            [
                .text(mail.id), .text(mail.recipient.description), .text(mail.subject), .text(mail.body), .time(time),
            ]
        )
    }

    /// The id of a verification that is done, alive and the asker's own, one that was not used yet where there is one.
    ///
    /// The asker is known by the registration token. Only a request without one is known by its network address, which
    /// others may share.
    func verification(for request: RegistrationRequest) throws -> String? {
        let candidates = try query(
            """
            SELECT id, registration_digest, asked_from FROM email_verification
            WHERE email_key = $1 AND verified_at IS NOT NULL AND expires_at > $2
            ORDER BY used_at IS NOT NULL, created_at DESC
            """,
            [.text(request.email.key), .time(request.now)]
        ) { (id: try $0.text(0), digest: try $0.blob(1), askedFrom: try $0.text(2)) }
        let own = candidates.first { candidate in
            guard let digest = request.registrationDigest else { return candidate.askedFrom == request.askedFrom }
            return constantTimeEqual(candidate.digest, digest)
        }
        return own?.id
    }

    /// When the oldest of those registrations of the last hour was that leave a network address no room for another, or nil when
    /// there is room.
    func oldestRegistration(
        _ way: RegistrationWay,
        beyond limit: Int,
        from address: String,
        at now: Timestamp
    ) throws -> Timestamp? {
        let events = try tally(
            "SELECT count(*), min(at) FROM registration_event WHERE asked_from = $1 AND at >= $2 AND way = $3",
            [.text(address), .time(now - SQLRegistrationStore.eventLifetime), .text(way.rawValue)]
        )
        return events.count >= limit ? events.oldest ?? now : nil
    }

    /// Counts the registration of an account.
    func insertRegistration(of account: Account, _ way: RegistrationWay, from address: String) throws {
        try execute(
            "INSERT INTO registration_event (at, account_id, asked_from, way) VALUES ($1, $2, $3, $4)",
            [.time(account.createdAt), .text(account.id.description), .text(address), .text(way.rawValue)]
        )
    }

    /// Why the account cannot be made, or nil: the limit first, then what is taken.
    func refusal(of request: RegistrationRequest) throws -> RegistrationOutcome? {
        if let limit = request.limit {
            let oldest = try oldestRegistration(.key, beyond: limit, from: request.askedFrom, at: request.now)
            if let oldest { return .limited(oldest: oldest) }
        }
        switch try taken(by: request.account) {
        case .keyTaken: return .keyTaken
        case .emailTaken, .usernameTaken: return .emailTaken
        default: return nil
        }
    }
}
