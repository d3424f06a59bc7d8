package import Accounts
package import JOSE

extension SQLAccountStore {
    package func passwordRecord(of id: Account.ID) throws -> String? {
        try database.read { connection in
            try connection.first("SELECT record FROM password WHERE account_id = $1", [.text(id.description)]) {
                try $0.text(0)
            }
        }
    }

    /// False when there is no such account. When `endsOthers`, links to recover the password die as well.
    package func setPassword(
        _ record: String,
        of id: Account.ID,
        endsOthers: Bool,
        except current: String?,
        at now: Timestamp
    ) async throws -> Bool {
        try await database.write { connection in
            guard try connection.exists("SELECT 1 FROM account WHERE id = $1", id.description) else { return false }
            if endsOthers {
                try connection.replacePassword(record, of: id, except: current, at: now)
            } else {
                try connection.setPassword(record, of: id, at: now)
            }
            return true
        }
    }

    package func renewPassword(_ record: String, replacing old: String, of id: Account.ID) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                "UPDATE password SET record = $2 WHERE account_id = $1 AND record = $3",
                [.text(id.description), .text(record), .text(old)]
            )
        } == 1
    }
}

extension Connection {
    func insert(password record: String, of id: Account.ID, at now: Timestamp) throws {
        try execute(
            "INSERT INTO password (account_id, record, changed_at) VALUES ($1, $2, $3)",
            [.text(id.description), .text(record), .time(now)]
        )
    }

    /// Writes the record of an account that is there; ends every sign-in but the session `current`, and links to recover the password.
    func replacePassword(_ record: String, of id: Account.ID, except current: String?, at now: Timestamp) throws {
        try setPassword(record, of: id, at: now)
        try signOut(id, except: current)
        try spendTokens(of: id, .recoverPassword, at: now)
    }

    /// Writes the record of an account that is there.
    func setPassword(_ record: String, of id: Account.ID, at now: Timestamp) throws {
        try execute(
            """
            INSERT INTO password (account_id, record, changed_at) VALUES ($1, $2, $3)
            ON CONFLICT (account_id) DO UPDATE SET record = excluded.record, changed_at = excluded.changed_at
            """,
            [.text(id.description), .text(record), .time(now)]
        )
        try execute("UPDATE account SET updated_at = $2 WHERE id = $1", [.text(id.description), .time(now)])
    }
}
