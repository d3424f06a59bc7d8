package import JOSE
import OAuth
package import Provider

/// Pushed authorization requests. A used one stays until it is swept, so that its second use can be told from a name that never was.
package struct SQLPushedRequestStore: PushedRequestStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func file(_ request: PushedRequest, limit: Int, at now: Timestamp) async throws -> Timestamp? {
        let values: [SQLValue] = [
            .blob(request.id.digest), .text(request.client.description), .json(.object(request.parameters.json)),
            .time(request.expiry),
        ]
        return try await database.write { connection in
            let waiting = try connection.tally(
                """
                SELECT count(*), min(expires_at) FROM pushed_request
                WHERE client = $1 AND expires_at > $2 AND used_at IS NULL
                """,
                [.text(request.client.description), .time(now)]
            )
            guard waiting.count < limit else { return waiting.oldest ?? now }
            try connection.execute(
                "INSERT INTO pushed_request (digest, client, parameters, expires_at) VALUES ($1, $2, $3, $4)",
                values
            )
            return nil
        }
    }

    package func request(_ id: PushedRequest.ID) throws -> PushedRequest? {
        try database.read { connection in
            try connection.first(
                """
                SELECT digest, client, parameters, expires_at, opened_at, used_at FROM pushed_request WHERE digest = $1
                """,
                [.blob(id.digest)]
            ) { try PushedRequest($0) }
        }
    }

    package func open(_ id: PushedRequest.ID, until expiry: Timestamp, at now: Timestamp) async throws {
        try await database.write { connection in
            _ = try connection.execute(
                """
                UPDATE pushed_request SET opened_at = $2, expires_at = $3
                WHERE digest = $1 AND opened_at IS NULL AND used_at IS NULL AND expires_at > $2
                """,
                [.blob(id.digest), .time(now), .time(expiry)]
            )
        }
    }

    package func complete(_ id: PushedRequest.ID, at now: Timestamp) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                """
                UPDATE pushed_request SET used_at = $2, parameters = '{}'
                WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
                """,
                [.blob(id.digest), .time(now)]
            ) == 1
        }
    }
}

extension PushedRequest {
    fileprivate init(_ row: borrowing Row) throws {
        guard let parameters = try row.json(2).objectValue else { throw DatabaseError.corrupt("parameters") }
        self.init(
            id: ID(digest: try row.blob(0)),
            client: Client.ID(try row.text(1)),
            parameters: try Parameters(json: parameters),
            expiry: try row.time(3)
        )
        openedAt = try row.optionalInteger(4).map(Timestamp.init(milliseconds:))
        usedAt = try row.optionalInteger(5).map(Timestamp.init(milliseconds:))
    }
}
