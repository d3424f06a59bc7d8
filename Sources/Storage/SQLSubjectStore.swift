import JOSE
package import Provider

/// Accounts as the protocol sees them. Reads only, each one query by primary keys, or none while nothing can have changed since
/// the last one (`ReadCache`).
package struct SQLSubjectStore: SubjectStore {
    private let database: Database
    private let subjects: ReadCache<Subject>
    private let keys: ReadCache<SubjectKey>

    package init(_ database: Database) {
        self.database = database
        subjects = ReadCache(database.stamps)
        keys = ReadCache(database.stamps)
    }

    /// The subject, or nil. Throws `DatabaseError`.
    package func subject(_ id: Subject.ID) throws -> Subject? {
        try subjects.value(id.description, rows: \.rows) {
            try database.read { connection in
                try connection.first(
                    "SELECT \(Subject.columns) FROM account a WHERE a.id = $1",
                    [.text(id.description)]
                ) { try Subject($0) }
            }
        }
    }

    /// The key and its subject, or nil. Throws `DatabaseError`.
    package func key(thumbprint: String) throws -> SubjectKey? {
        try keys.value(thumbprint, rows: \.subject.rows) {
            try database.read { connection in
                try connection.first(
                    """
                    SELECT \(Subject.columns), k.registered_form
                    FROM account_key k JOIN account a ON a.id = k.account_id
                    WHERE k.thumbprint = $1
                    """,
                    [.text(thumbprint)]
                ) { row in
                    SubjectKey(
                        thumbprint: thumbprint,
                        subject: try Subject(row),
                        registeredForm: try row.text(Subject.columnCount)
                    )
                }
            }
        }
    }
}

extension Subject {
    /// The columns that make a subject, of `account a`.
    static let columns =
        "a.id, a.email, a.email_verified, a.name, a.created_at, a.state, a.generation, a.activated, a.username, a.updated_at, a.claims"
    static let columnCount = 11

    var rows: ReadRows { ReadRows(account: id.description) }

    /// Reads `columns`, which begin at `first`.
    init(_ row: borrowing Row, at first: Int = 0) throws(DatabaseError) {
        let isActivated = try row.boolean(first + 7)
        self.init(
            id: ID(try row.text(first)),
            email: try row.optionalText(first + 1),
            isEmailVerified: try row.boolean(first + 2),
            name: try row.text(first + 3),
            username: try row.optionalText(first + 8),
            times: Times(createdAt: try row.time(first + 4), updatedAt: try row.time(first + 9)),
            claims: try Self.claims(row, first + 10),
            isActive: try row.text(first + 5) == "active" && isActivated,
            generation: try row.integer(first + 6)
        )
    }

    /// Nearly nobody has any: nothing to read then.
    private static func claims(_ row: borrowing Row, _ column: Int) throws(DatabaseError) -> JSONObject {
        let text = try row.text(column)
        return text == "{}" ? [:] : try row.json(column).objectValue ?? [:]
    }
}
