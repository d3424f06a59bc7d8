package import JOSE
import Provider

/// Fingerprints of used assertions that must outlive the process. The 64 bits are kept as the integer of the same
/// pattern.
package struct SQLReplayStore: ReplayStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func keep(_ fingerprint: UInt64, until expiry: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO kept_assertion (fingerprint, expires_at) VALUES ($1, $2)
                ON CONFLICT (fingerprint) DO UPDATE SET expires_at = excluded.expires_at
                WHERE excluded.expires_at > kept_assertion.expires_at
                """,
                [.integer(Int64(bitPattern: fingerprint)), .time(expiry)]
            )
        }
    }

    package func kept(at now: Timestamp) throws -> [(fingerprint: UInt64, expiry: Timestamp)] {
        try database.read { connection in
            try connection.query(
                "SELECT fingerprint, expires_at FROM kept_assertion WHERE expires_at > $1",
                [.time(now)]
            ) { (fingerprint: UInt64(bitPattern: try $0.integer(0)), expiry: try $0.time(1)) }
        }
    }
}
