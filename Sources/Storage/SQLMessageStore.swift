package import JOSE
package import Social

/// Messages by their time-ordered ids.
package struct SQLMessageStore: MessageStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`.
    package func insert(_ message: Message) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO message (id, sender_id, recipient_id, text, sent_at)
                SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM account WHERE id = $3 AND state = 'active' AND activated = 1)
                """,
                [
                    .text(message.id), .text(message.sender.description), .text(message.recipient.description),
                    .text(message.text), .time(message.sentAt),
                ]
            ) == 1
        }
    }

    /// Throws `DatabaseError`.
    package func messages(_ query: MessageQuery) throws -> [Message] {
        try database.read { connection in
            try connection.query(Self.sql(query), Self.values(query)) { row in
                Message(
                    id: try row.text(0),
                    sender: Person(try row.text(1)),
                    recipient: Person(try row.text(2)),
                    text: try row.text(3),
                    sentAt: try row.time(4),
                    readAt: try row.optionalInteger(5).map(Timestamp.init(milliseconds:))
                )
            }
        }
    }

    package func markRead(_ ids: [String], by reader: Person, at now: Timestamp) {
        _ = database.enqueue { connection in
            for id in ids {
                try connection.execute(
                    "UPDATE message SET read_at = $3 WHERE id = $1 AND recipient_id = $2 AND read_at IS NULL",
                    [.text(id), .text(reader.description), .time(now)]
                )
            }
        }
    }

    /// Throws `DatabaseError`.
    package func partners(of person: Person, limit: Int) throws -> [Person] {
        try database.read { connection in
            try connection.query(
                """
                SELECT partner FROM (
                    SELECT recipient_id AS partner, max(id) AS latest FROM message WHERE sender_id = $1 GROUP BY 1
                    UNION ALL
                    SELECT sender_id, max(id) FROM message WHERE recipient_id = $1 GROUP BY 1
                ) AS exchanged GROUP BY partner ORDER BY max(latest) DESC LIMIT $2
                """,
                [.text(person.description), .integer(Int64(limit))]
            ) { Person(try $0.text(0)) }
        }
    }

    /// Two ranges of an index each, merged: what was sent and what was got.
    private static func sql(_ query: MessageQuery) -> String {
        let columns = "id, sender_id, recipient_id, text, sent_at, read_at"
        let (sent, got) =
            query.with == nil
            ? ("sender_id = $1", "recipient_id = $1")
            : ("sender_id = $1 AND recipient_id = $4", "recipient_id = $1 AND sender_id = $4")
        return """
            SELECT \(columns) FROM (
                SELECT * FROM (SELECT \(columns) FROM message WHERE \(sent) AND id < $2 ORDER BY id DESC LIMIT $3)
                UNION
                SELECT * FROM (SELECT \(columns) FROM message WHERE \(got) AND id < $2 ORDER BY id DESC LIMIT $3)
            ) AS exchanged ORDER BY id DESC LIMIT $3
            """
    }

    private static func values(_ query: MessageQuery) -> [SQLValue] {
        let values: [SQLValue] = [
            .text(query.person.description), .text(query.before ?? "~"), .integer(Int64(query.limit)),
        ]
        return query.with.map { values + [.text($0.description)] } ?? values
    }
}
