import Accounts
package import JOSE

extension Stores {
    /// The most rows that one write deletes, so that no other write waits long behind it.
    private static let chunk: Int64 = 500

    /// Deletes what time has made meaningless: expired verifications, one-time tokens, kept assertions, sessions and their
    /// tokens, codes, pushed requests, revoked tokens, registrations that no limit counts any more, and accounts that nobody activated. Returns the number of rows. Throws `DatabaseError`; what was
    /// deleted until then stays deleted.
    @discardableResult
    package func sweep(at now: Timestamp) async throws -> Int {
        // What another program wrote into the file, past our triggers, counts from here on.
        database.stamps.raiseAll()
        let uncounted = now - SQLRegistrationStore.eventLifetime
        revocations.forget(at: now)
        var deleted = try await sweep("revoked_token", "id", "expires_at <= $2", [.time(now)])
        deleted += try await sweep("kept_assertion", "fingerprint", "expires_at <= $2", [.time(now)])
        // A verification counts towards the limit of mails even when it has expired.
        deleted += try await sweep(
            "email_verification",
            "id",
            "expires_at <= $2 AND created_at < $3",
            [.time(now), .time(uncounted)]
        )
        deleted += try await sweep(
            "account_token",
            "id",
            "expires_at <= $2 AND created_at < $3",
            [.time(now), .time(uncounted)]
        )
        for table in ["issued_token", "refresh_token", "session"] {
            deleted += try await sweep(table, "id", "expires_at <= $2", [.time(now)])
        }
        deleted += try await sweep("pushed_request", "digest", "expires_at <= $2", [.time(now)])
        // The second use of a code is seen for an hour.
        deleted += try await sweep("authorization_code", "id", "expires_at <= $2", [.time(now - 3600)])
        deleted += try await sweep("registration_event", "(at, account_id)", "at < $2", [.time(uncounted)])
        try await database.write { connection in
            _ = try connection.execute(
                "UPDATE client SET registered_from = NULL WHERE registered_from IS NOT NULL AND created_at < $1",
                [.time(now - SQLClientStore.countedSeconds)]
            )
        }
        deleted += try await sweepAccounts(waitingSince: now - Activation.patience)
        return deleted
    }

    /// Deletes the accounts that nobody has activated: their names are free again.
    private func sweepAccounts(waitingSince start: Timestamp) async throws -> Int {
        var deleted = 0
        while true {
            let count = try await database.write { connection in
                let waiting = try connection.query(
                    "SELECT id FROM account WHERE activated = 0 AND created_at <= $2 LIMIT $1",
                    [.integer(Self.chunk), .time(start)]
                ) { Account.ID(try $0.text(0)) }
                for id in waiting { _ = try connection.delete(id) }
                return Int64(waiting.count)
            }
            deleted += Int(count)
            if count < Self.chunk { return deleted }
        }
    }

    private func sweep(_ table: String, _ key: String, _ condition: String, _ values: [SQLValue]) async throws -> Int {
        let columns = key.filter { $0 != "(" && $0 != ")" }
        let sql = "DELETE FROM \(table) WHERE \(key) IN (SELECT \(columns) FROM \(table) WHERE \(condition) LIMIT $1)"
        var deleted = 0
        while true {
            let count = try await database.write { try $0.execute(sql, [.integer(Self.chunk)] + values) }
            deleted += count
            if count < Self.chunk { return deleted }
        }
    }
}
