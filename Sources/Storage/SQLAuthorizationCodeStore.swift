package import Cryptography
package import JOSE
import OAuth
package import Provider

/// Codes of the authorization endpoint. A used one stays until it is swept, so that its second use is seen.
package struct SQLAuthorizationCodeStore: AuthorizationCodeStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here; `.constraint` when the account is gone.
    package func file(_ code: AuthorizationCode) async throws {
        let terms = code.terms
        let values: [SQLValue] = [
            .text(code.id.string), .blob(code.digest), .text(code.client.description),
            .text(code.person.subject.description), .integer(code.person.generation),
            .text(code.person.session.description), .time(code.person.authenticatedAt), .text(terms.redirectURI),
            .text(terms.scope.description), .optionalText(terms.nonce), .optionalText(terms.codeChallenge),
            .json(.object(terms.claims.json)), .time(code.expiry), .optionalText(terms.resources.text),
        ]
        try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO authorization_code (
                    id, secret_digest, client, account_id, generation, browser_id, authenticated_at, redirect_uri, scope, nonce,
                    code_challenge, claims, expires_at, resources
                ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """,
                values
            )
        }
    }

    package func take(
        _ id: ULID,
        digest: [UInt8],
        for session: Session.ID,
        at now: Timestamp
    ) async throws -> Taking {
        try await database.write { connection in
            let taken = try connection.first(
                """
                UPDATE authorization_code SET used_at = $3, session_id = $4
                WHERE id = $1 AND secret_digest = $2 AND used_at IS NULL RETURNING \(Self.columns)
                """,
                [.text(id.string), .blob(digest), .time(now), .text(session.description)]
            ) { try AuthorizationCode($0) }
            if let taken { return taken.expiry > now ? .taken(taken) : .expired }
            let reused = try connection.first(
                """
                UPDATE authorization_code SET reused_at = $3 WHERE id = $1 AND secret_digest = $2 RETURNING session_id
                """,
                [.text(id.string), .blob(digest), .time(now)]
            ) { try $0.text(0) }
            guard let reused else { return .unknown }
            try connection.endSession(reused)
            return .reused
        }
    }

    fileprivate static let columns = """
        id, secret_digest, client, account_id, generation, browser_id, authenticated_at, redirect_uri, scope, nonce, code_challenge,
        claims, expires_at, resources
        """
}

extension AuthorizationCode {
    /// Reads `columns`.
    fileprivate init(_ row: borrowing Row) throws {
        guard let id = ULID(try row.text(0)) else { throw DatabaseError.corrupt("a ULID") }
        guard let resources = [ResourceIndicator](text: try row.optionalText(13)) else {
            throw DatabaseError.corrupt("resources")
        }
        self.init(
            id: id,
            digest: try row.blob(1),
            client: Client.ID(try row.text(2)),
            person: Person(
                subject: Subject.ID(try row.text(3)),
                generation: try row.integer(4),
                session: Session.ID(try row.text(5)),
                authenticatedAt: try row.time(6)
            ),
            terms: Terms(
                redirectURI: try row.text(7),
                scope: try Scope(try row.text(8)),
                nonce: try row.optionalText(9),
                codeChallenge: try row.optionalText(10),
                claims: ClaimsRequest(json: try row.json(11).objectValue ?? [:]),
                resources: resources
            ),
            expiry: try row.time(12)
        )
    }
}
