package import JOSE
package import OAuth
package import Provider

/// What people allowed to clients.
package struct SQLConsentStore: ConsentStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func consent(of subject: Subject.ID, to client: Client.ID) throws -> Consent? {
        try database.read { try $0.consent(of: subject, to: client) }
    }

    package func allow(
        _ scope: Scope,
        at resources: [ResourceIndicator],
        of subject: Subject.ID,
        to client: Client.ID,
        now: Timestamp
    ) async throws {
        try await database.write { connection in
            let before = try connection.consent(of: subject, to: client)
            let known = before?.resources ?? []
            try connection.execute(
                """
                INSERT INTO consent (account_id, client, scope, given_at, resources) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (account_id, client) DO UPDATE SET
                    scope = excluded.scope, given_at = excluded.given_at, resources = excluded.resources
                """,
                [
                    .text(subject.description), .text(client.description),
                    .text(Scope(tokens: (before?.scope.tokens ?? []) + scope.tokens).description), .time(now),
                    .text((known + resources.filter { !known.contains($0) }).text ?? ""),
                ]
            )
        }
    }

    package func consents(of subject: Subject.ID) throws -> [Consent] {
        try database.read { connection in
            try connection.query(
                "SELECT \(Consent.columns) FROM consent WHERE account_id = $1 ORDER BY given_at DESC, client",
                [.text(subject.description)]
            ) { try Consent($0) }
        }
    }

    package func revoke(_ client: Client.ID, of subject: Subject.ID) async throws -> Bool {
        try await database.write { connection in
            let both: [SQLValue] = [.text(subject.description), .text(client.description)]
            try connection.execute(
                "UPDATE session SET is_over = 1 WHERE account_id = $1 AND client = $2 AND is_over = 0",
                both
            )
            // Codes that are on their way: one nobody redeemed is none any more, one that is being redeemed brings a session that is over.
            try connection.execute(
                "DELETE FROM authorization_code WHERE account_id = $1 AND client = $2 AND used_at IS NULL",
                both
            )
            try connection.execute(
                "UPDATE authorization_code SET reused_at = used_at WHERE account_id = $1 AND client = $2",
                both
            )
            return try connection.execute("DELETE FROM consent WHERE account_id = $1 AND client = $2", both) == 1
        }
    }
}

extension Connection {
    fileprivate func consent(of subject: Subject.ID, to client: Client.ID) throws -> Consent? {
        try first(
            "SELECT \(Consent.columns) FROM consent WHERE account_id = $1 AND client = $2",
            [.text(subject.description), .text(client.description)]
        ) { try Consent($0) }
    }
}

extension Consent {
    fileprivate static let columns = "client, scope, given_at, resources"

    /// Reads `columns`.
    fileprivate init(_ row: borrowing Row) throws {
        guard let resources = [ResourceIndicator](text: try row.text(3)) else {
            throw DatabaseError.corrupt("resources")
        }
        self.init(
            client: Client.ID(try row.text(0)),
            scope: try Scope(try row.text(1)),
            resources: resources,
            givenAt: try row.time(2)
        )
    }
}
