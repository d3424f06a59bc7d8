package import JOSE
package import Provider

/// A refusal as it was filed.
package struct RecordedRefusal: Sendable, Equatable {
    package let requestID: String
    package let time: Timestamp
    package let endpoint: String
    /// The `error` that the client saw.
    package let error: String
    package let failed: FailedCheck
}

/// The newest refusals. Filing one waits for nothing and may be lost when the database is busy.
package struct SQLRefusalJournal: RefusalJournal {
    /// How many refusals are kept.
    package static let capacity = 10_000
    /// The longest text of one column, in bytes: part of them is text of strangers.
    private static let textLimit = 512

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func record(_ refusal: Refusal, requestID: String, endpoint: String, at time: Timestamp) {
        let texts = [
            requestID, endpoint, refusal.error, refusal.failed.check, refusal.failed.expected, refusal.failed.seen,
        ].map(Self.bounded)
        _ = database.enqueue { connection in
            let ordinal = try connection.first(
                """
                INSERT INTO refusal (at, request_id, endpoint, error, check_name, expected, seen)
                VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ordinal
                """,
                [.time(time)] + texts
            ) { try $0.integer(0) }
            guard let ordinal else { return }
            try connection.execute(
                "DELETE FROM refusal WHERE ordinal <= $1",
                [.integer(ordinal - Int64(Self.capacity))]
            )
        }
    }

    /// What was filed under a request id, oldest first; a request may be refused more than once. Throws
    /// `DatabaseError`.
    package func entries(requestID: String) throws -> [RecordedRefusal] {
        try database.read { connection in
            try connection.query(
                """
                SELECT request_id, at, endpoint, error, check_name, expected, seen FROM refusal
                WHERE request_id = $1 ORDER BY ordinal
                """,
                [Self.bounded(requestID)]
            ) { row in
                RecordedRefusal(
                    requestID: try row.text(0),
                    time: try row.time(1),
                    endpoint: try row.text(2),
                    error: try row.text(3),
                    failed: FailedCheck(try row.text(4), expected: try row.text(5), seen: try row.text(6))
                )
            }
        }
    }

    private static func bounded(_ text: String) -> SQLValue {
        .text(text.utf8.count <= textLimit ? text : String(decoding: text.utf8.prefix(textLimit), as: UTF8.self))
    }
}
