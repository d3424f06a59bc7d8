package import JOSE
import Provider
import Synchronization

/// Revoked tokens. A row makes a revocation durable; whether a token is revoked is answered from memory, so that asking
/// costs no query. One process writes this table: the owner of the database. A revocation that another one files is
/// seen after the next start.
package final class SQLRevocationStore: RevocationStore {
    private let database: Database
    /// For each revoked `jti` the time in Unix milliseconds at which it may be forgotten.
    private let revoked: Mutex<[String: Int64]>

    /// Loads what is on file. Throws `DatabaseError`.
    package init(_ database: Database) throws {
        self.database = database
        let rows = try database.read { connection in
            try connection.query("SELECT id, expires_at FROM revoked_token") { (try $0.text(0), try $0.integer(1)) }
        }
        revoked = Mutex(Dictionary(uniqueKeysWithValues: rows))
    }

    package func revoke(_ id: String, until expiry: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO revoked_token (id, expires_at) VALUES ($1, $2)
                ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
                WHERE excluded.expires_at > revoked_token.expires_at
                """,
                [.text(id), .time(expiry)]
            )
        }
        revoked.withLock { $0[id] = max($0[id] ?? .min, expiry.milliseconds) }
    }

    package func isRevoked(_ id: String) -> Bool {
        revoked.withLock { $0[id] != nil }
    }

    /// How many are remembered.
    package var count: Int { revoked.withLock { $0.count } }

    /// Forgets those that have expired; their rows go with the sweep of the database.
    func forget(at now: Timestamp) {
        revoked.withLock { revoked in
            revoked = revoked.filter { $0.value > now.milliseconds }
        }
    }
}
