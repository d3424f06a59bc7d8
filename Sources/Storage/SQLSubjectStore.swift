import JOSE
package import Provider

/// Accounts as the protocol sees them. Reads only, each one query by primary keys.
package struct SQLSubjectStore: SubjectStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// The subject, or nil. Throws `DatabaseError`.
    package func subject(_ id: Subject.ID) throws -> Subject? {
        try database.read { connection in
            try connection.first(
                """
                SELECT id, email, email_verified, name, created_at, state, generation FROM account WHERE id = $1
                """,
                [.text(id.description)]
            ) { try Subject($0) }
        }
    }

    /// The key and its subject, or nil. Throws `DatabaseError`.
    package func key(thumbprint: String) throws -> SubjectKey? {
        try database.read { connection in
            try connection.first(
                """
                SELECT a.id, a.email, a.email_verified, a.name, a.created_at, a.state, a.generation, k.registered_form
                FROM account_key k JOIN account a ON a.id = k.account_id
                WHERE k.thumbprint = $1
                """,
                [.text(thumbprint)]
            ) { row in
                SubjectKey(thumbprint: thumbprint, subject: try Subject(row), registeredForm: try row.text(7))
            }
        }
    }
}

extension Subject {
    /// Reads the first seven columns of both queries above.
    fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
        self.init(
            id: ID(try row.text(0)),
            email: try row.text(1),
            isEmailVerified: try row.boolean(2),
            name: try row.text(3),
            createdAt: try row.time(4),
            isActive: try row.text(5) == "active",
            generation: try row.integer(6)
        )
    }
}
