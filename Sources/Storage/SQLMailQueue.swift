package import Accounts
package import JOSE

/// The mails that wait. They enter with `SQLRegistrationStore.ask`.
package struct SQLMailQueue: MailQueue {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func due(at now: Timestamp, limit: Int) throws -> [(mail: Mail, attempts: Int)] {
        try database.read { connection in
            try connection.query(
                """
                SELECT id, recipient, subject, body, attempts FROM mail
                WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2
                """,
                [.time(now), .integer(Int64(limit))]
            ) { row in
                let mail = Mail(
                    id: try row.text(0),
                    recipient: try row.email(1),
                    subject: try row.text(2),
                    body: try row.text(3)
                )
                return (mail: mail, attempts: Int(try row.integer(4)))
            }
        }
    }

    package func remove(_ id: String) async throws {
        try await database.write { try $0.execute("DELETE FROM mail WHERE id = $1", [.text(id)]) }
    }

    /// Leaves a mail for later and counts an attempt.
    package func postpone(_ id: String, until time: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE mail SET due_at = $2, attempts = attempts + 1 WHERE id = $1",
                [.text(id), .time(time)]
            )
        }
    }
}
