/// One step of the schema. Versions rise from 1; a step that was released is never edited.
package struct Migration: Sendable {
    /// Its number, which is also its order.
    package let version: Int
    /// Statements separated by semicolons, run in one transaction.
    package let sql: String

    /// The step with that number.
    package init(version: Int, sql: String) {
        self.version = version
        self.sql = sql
    }
}

extension Database {
    /// Runs the migrations that the file lacks, in order, each in a transaction that also records it.
    ///
    /// - Parameter seconds: now, in Unix seconds, for the record.
    /// - Throws: `.newerSchema` when the file has a version above the newest given here; else what a write throws.
    package func migrate(_ migrations: [Migration], at seconds: Int64) async throws {
        let known = migrations.map(\.version).max() ?? 0
        try await write { connection in
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    version INTEGER PRIMARY KEY,
                    applied_at INTEGER NOT NULL
                ) STRICT
                """
            )
            let newest = try connection.first("SELECT max(version) FROM schema_migration") { try $0.optionalInteger(0) }
            if let newest, let newest, newest > known {
                throw DatabaseError.newerSchema(found: Int(newest), known: known)
            }
        }
        for migration in migrations.sorted(by: { $0.version < $1.version }) {
            try await write { connection in
                let recorded = try connection.execute(
                    "INSERT INTO schema_migration (version, applied_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    [.integer(Int64(migration.version)), .integer(seconds)]
                )
                guard recorded == 1 else { return }
                try connection.executeScript(migration.sql)
            }
        }
    }
}
