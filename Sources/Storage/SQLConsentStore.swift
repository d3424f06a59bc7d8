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
    package func scope(of subject: Subject.ID, to client: Client.ID) throws -> Scope? {
        try database.read { try $0.consentedScope(of: subject, to: client) }
    }

    package func allow(
        _ scope: Scope,
        of subject: Subject.ID,
        to client: Client.ID,
        at now: Timestamp
    ) async throws {
        try await database.write { connection in
            let before = try connection.consentedScope(of: subject, to: client) ?? .empty
            try connection.execute(
                """
                INSERT INTO consent (account_id, client, scope, given_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (account_id, client) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at
                """,
                [
                    .text(subject.description), .text(client.description),
                    .text(Scope(tokens: before.tokens + scope.tokens).description), .time(now),
                ]
            )
        }
    }

    package func consents(of subject: Subject.ID) throws -> [Consent] {
        try database.read { connection in
            try connection.query(
                "SELECT client, scope, given_at FROM consent WHERE account_id = $1 ORDER BY given_at DESC, client",
                [.text(subject.description)]
            ) { row in
                Consent(
                    client: Client.ID(try row.text(0)),
                    scope: try Scope(try row.text(1)),
                    givenAt: try row.time(2)
                )
            }
        }
    }

    package func revoke(_ client: Client.ID, of subject: Subject.ID) async throws -> Bool {
        try await database.write { connection in
            let both: [SQLValue] = [.text(subject.description), .text(client.description)]
            try connection.execute(
                "UPDATE session SET is_over = 1 WHERE account_id = $1 AND client = $2 AND is_over = 0",
                both
            )
            return try connection.execute("DELETE FROM consent WHERE account_id = $1 AND client = $2", both) == 1
        }
    }
}

extension Connection {
    fileprivate func consentedScope(of subject: Subject.ID, to client: Client.ID) throws -> Scope? {
        try first(
            "SELECT scope FROM consent WHERE account_id = $1 AND client = $2",
            [.text(subject.description), .text(client.description)]
        ) { try Scope(try $0.text(0)) }
    }
}
