package import Accounts
package import JOSE

/// One-time tokens of accounts. A token is taken by one statement.
package struct SQLAccountTokenStore: AccountTokenStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func file(
        _ token: AccountToken,
        mail: Mail?,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> TokenFiling {
        try await database.write { connection in
            if let limits, let limited = try connection.limit(token, limits, since: start) { return limited }
            try connection.file(token, mail: mail)
            return .filed
        }
    }

    package func changeEmail(
        with token: AccountToken,
        mail: Mail,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> EmailChangeOutcome {
        try await database.write { connection in
            guard let id = token.account, let old = try connection.account(.id(id)) else { return .unknown }
            guard old.email?.key != token.email.key else { return .unchanged }
            var new = old
            new.email = token.email
            new.isEmailVerified = false
            new.updatedAt = token.createdAt
            if try connection.taken(by: new, itself: id) == .emailTaken { return .emailTaken }
            if let limits, let limited = try connection.limit(token, limits, since: start) {
                switch limited {
                case .filed: break
                case .addressLimited(let oldest), .askerLimited(let oldest): return .limited(oldest: oldest)
                }
            }
            try connection.update(new, from: old)
            // A link to the old address must open nothing any more.
            for purpose in AccountToken.Purpose.allCases {
                try connection.spendTokens(of: id, purpose, at: token.createdAt)
            }
            try connection.file(token, mail: mail)
            return .changed
        }
    }

    package func isAlive(_ digest: [UInt8], _ purpose: AccountToken.Purpose, at now: Timestamp) throws -> Bool {
        try database.read { connection in
            try connection.first(
                "SELECT 1 FROM account_token t WHERE digest = $1 AND purpose = $3 AND \(Connection.isUsable)",
                [.blob(digest), .time(now), .text(purpose.rawValue)]
            ) { try $0.integer(0) } != nil
        }
    }

    package func confirm(
        _ digest: [UInt8],
        _ purposes: [AccountToken.Purpose],
        at now: Timestamp
    ) async throws -> Account.ID? {
        try await database.write { connection in
            for purpose in purposes {
                guard let id = try connection.takeToken(digest, purpose, at: now) else { continue }
                try connection.markVerified(id, at: now)
                return id
            }
            return nil
        }
    }

    package func recover(_ digest: [UInt8], record: String, at now: Timestamp) async throws -> Account.ID? {
        try await database.write { connection in
            guard let id = try connection.takeToken(digest, .recoverPassword, at: now) else { return nil }
            try connection.setPassword(record, of: id, at: now)
            try connection.markVerified(id, at: now)
            try connection.signOut(id)
            return id
        }
    }
}

extension Connection {
    /// Whether token `t` can be used at `$2`: fresh, alive, mailed to the address that its active account has now.
    fileprivate static let isUsable = """
        t.used_at IS NULL AND t.expires_at > $2
            AND EXISTS (SELECT 1 FROM account a WHERE a.id = t.account_id AND a.email_key = t.payload AND a.state = 'active')
        """

    /// Takes the token, once, and gives whose it is.
    fileprivate func takeToken(
        _ digest: [UInt8],
        _ purpose: AccountToken.Purpose,
        at now: Timestamp
    ) throws -> Account.ID? {
        try first(
            """
            UPDATE account_token AS t SET used_at = $2 WHERE digest = $1 AND purpose = $3 AND \(Self.isUsable)
            RETURNING account_id
            """,
            [.blob(digest), .time(now), .text(purpose.rawValue)]
        ) { Account.ID(try $0.text(0)) }
    }

    /// The owner of an account has shown that they read its mail: that verifies the address, and activates an account that waits.
    fileprivate func markVerified(_ id: Account.ID, at now: Timestamp) throws {
        try execute(
            "UPDATE account SET email_verified = 1, activated = 1, updated_at = $2 WHERE id = $1",
            [.text(id.description), .time(now)]
        )
    }

    /// Ends the fresh tokens of an account and a purpose.
    func spendTokens(of id: Account.ID, _ purpose: AccountToken.Purpose, at now: Timestamp) throws {
        try execute(
            "UPDATE account_token SET used_at = $3 WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL",
            [.text(id.description), .text(purpose.rawValue), .time(now)]
        )
    }

    func limit(
        _ token: AccountToken,
        _ limits: AskingLimits,
        since start: Timestamp
    ) throws -> TokenFiling? {
        let sameAddress = try tally(
            """
            SELECT count(*), min(created_at) FROM account_token WHERE payload = $1 AND purpose = $2 AND created_at >= $3
            """,
            [.text(token.email.key), .text(token.purpose.rawValue), .time(start)]
        )
        if sameAddress.count >= limits.perEmail {
            return .addressLimited(oldest: sameAddress.oldest ?? token.createdAt)
        }
        let sameAsker = try tally(
            "SELECT count(*), min(created_at) FROM account_token WHERE asked_from = $1 AND created_at >= $2",
            [.text(token.askedFrom), .time(start)]
        )
        if sameAsker.count >= limits.perAsker { return .askerLimited(oldest: sameAsker.oldest ?? token.createdAt) }
        return nil
    }

    /// Files a token in the place of the older ones, and its mail.
    func file(_ token: AccountToken, mail: Mail?) throws {
        if let id = token.account { try spendTokens(of: id, token.purpose, at: token.createdAt) }
        try execute(
            """
            INSERT INTO account_token (id, account_id, purpose, digest, payload, asked_from, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(token.id), .optionalText(token.account?.description), .text(token.purpose.rawValue),
                .blob(token.digest), .text(token.email.key), .text(token.askedFrom), .time(token.createdAt),
                .time(token.expiry),
            ]
        )
        if let mail { try insert(mail, dueAt: token.createdAt) }
    }
}
