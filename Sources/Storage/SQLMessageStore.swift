package import JOSE
package import Social

/// Messages by their time-ordered ids. The newest page, which is asked for again and again, and a person's partners are read again only
/// when something was sent, read or deleted (`ReadCache`).
package struct SQLMessageStore: MessageStore {
    /// The longest page that is remembered, in bytes of its texts; of such pages there are at most `rememberedPages`.
    private static let rememberedBytes = 16_384
    private static let rememberedPages = 512

    private let database: Database
    private let newest: ReadCache<[Message]>
    private let knownPartners: ReadCache<[Person]>

    package init(_ database: Database) {
        self.database = database
        newest = ReadCache(database.stamps, capacity: Self.rememberedPages)
        knownPartners = ReadCache(database.stamps, capacity: 4096)
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
        guard query.before == nil else { return try page(query) }
        let key = "\(query.limit) \(query.with?.description ?? "") \(query.person)"
        if let known = newest[key] { return known }
        let stamp = database.stamps.now
        let page = try page(query)
        if page.reduce(0, { $0 + $1.text.utf8.count }) <= Self.rememberedBytes {
            newest.keep(page, ReadEvidence(stamp, ReadRows(messagesOf: query.person.description)), for: key)
        }
        return page
    }

    private func page(_ query: MessageQuery) throws -> [Message] {
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
        let rows = ReadRows(messagesOf: person.description)
        return try knownPartners.value("\(limit) \(person)", rows: { _ in rows }) {
            try database.read { connection in
                try connection.query(Self.partners, [.text(person.description), .integer(Int64(limit))]) {
                    Person(try $0.text(0))
                }
            }
        } ?? []
    }

    /// From one partner to the next in an index, so that the cost is one of partners and not of messages: who gets a hundred
    /// thousand from one person has one partner.
    static let partners = """
        WITH RECURSIVE written_to (partner) AS (
            SELECT min(recipient_id) FROM message WHERE sender_id = $1
            UNION ALL
            SELECT (SELECT min(recipient_id) FROM message WHERE sender_id = $1 AND recipient_id > partner)
            FROM written_to WHERE partner IS NOT NULL
        ), heard_from (partner) AS (
            SELECT min(sender_id) FROM message WHERE recipient_id = $1
            UNION ALL
            SELECT (SELECT min(sender_id) FROM message WHERE recipient_id = $1 AND sender_id > partner)
            FROM heard_from WHERE partner IS NOT NULL
        )
        SELECT partner FROM (
            SELECT partner, (SELECT max(id) FROM message WHERE sender_id = $1 AND recipient_id = partner) AS latest
            FROM written_to
            UNION ALL
            SELECT partner, (SELECT max(id) FROM message WHERE recipient_id = $1 AND sender_id = partner)
            FROM heard_from
        ) AS exchanged WHERE partner IS NOT NULL GROUP BY partner ORDER BY max(latest) DESC LIMIT $2
        """

    /// Two ranges of an index each, merged: what was sent and what was got. The messages themselves are looked up once it
    /// is known which.
    static func sql(_ query: MessageQuery) -> String {
        let (sent, got) =
            query.with == nil
            ? ("sender_id = $1", "recipient_id = $1")
            : ("sender_id = $1 AND recipient_id = $4", "recipient_id = $1 AND sender_id = $4")
        return """
            SELECT m.id, m.sender_id, m.recipient_id, m.text, m.sent_at, m.read_at FROM (
                SELECT id FROM (SELECT id FROM message WHERE \(sent) AND id < $2 ORDER BY id DESC LIMIT $3) AS sent
                UNION
                SELECT id FROM (SELECT id FROM message WHERE \(got) AND id < $2 ORDER BY id DESC LIMIT $3) AS got
                ORDER BY id DESC LIMIT $3
            ) AS page JOIN message m ON m.id = page.id ORDER BY m.id DESC
            """
    }

    private static func values(_ query: MessageQuery) -> [SQLValue] {
        let values: [SQLValue] = [
            .text(query.person.description), .text(query.before ?? "~"), .integer(Int64(query.limit)),
        ]
        return query.with.map { values + [.text($0.description)] } ?? values
    }
}
