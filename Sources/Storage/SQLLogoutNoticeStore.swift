package import JOSE
package import Provider

/// Whom to tell that a session in a client is over. A trigger files the rows (`AuthorizationSchema`).
package struct SQLLogoutNoticeStore: LogoutNoticeStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func due(at now: Timestamp, limit: Int) throws -> [LogoutNotice] {
        try database.read { connection in
            try connection.query(
                """
                SELECT n.session_id, n.account_id, n.client, n.attempts FROM logout_notice n
                WHERE n.session_id IN (
                    SELECT (
                        SELECT m.session_id FROM logout_notice m WHERE m.client = d.client AND m.due_at <= $1
                        ORDER BY m.due_at, m.session_id LIMIT 1
                    )
                    FROM (SELECT DISTINCT client FROM logout_notice WHERE due_at <= $1 LIMIT $2) d
                )
                """,
                [.time(now), .integer(Int64(limit))]
            ) { row in
                LogoutNotice(
                    session: Session.ID(try row.text(0)),
                    subject: Subject.ID(try row.text(1)),
                    client: Client.ID(try row.text(2)),
                    attempts: Int(try row.integer(3))
                )
            }
        }
    }

    package func postpone(_ session: Session.ID, until time: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE logout_notice SET due_at = $2, attempts = attempts + 1 WHERE session_id = $1",
                [.text(session.description), .time(time)]
            )
        }
    }

    package func remove(_ session: Session.ID) async throws {
        try await database.write {
            try $0.execute("DELETE FROM logout_notice WHERE session_id = $1", [.text(session.description)])
        }
    }
}
