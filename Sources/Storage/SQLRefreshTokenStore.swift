package import Cryptography
package import JOSE
package import Provider

/// Refresh tokens. A used one stays until it expires, so that its second use is seen.
package struct SQLRefreshTokenStore: RefreshTokenStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here; `.constraint` when there is no such session.
    package func insert(_ id: ULID, digest: [UInt8], session: Session.ID, expiry: Timestamp) async throws {
        try await database.write { connection in
            try connection.insertRefreshToken(
                RefreshSuccessor(id: id, digest: digest, expiry: expiry),
                session: session.description
            )
        }
    }

    package func session(of presented: RefreshToken, at now: Timestamp) throws -> LiveSession? {
        try database.read { connection in
            guard let found = try connection.refreshToken(presented.id),
                constantTimeEqual(found.digest, presented.digest), found.expiry > now
            else { return nil }
            return try connection.liveSession(Session.ID(found.session), at: now)
        }
    }

    package func rotate(
        _ presented: RefreshToken,
        to successor: RefreshSuccessor,
        grace: Int64,
        at now: Timestamp
    ) async throws -> Rotation {
        try await database.write { connection in
            guard let found = try connection.refreshToken(presented.id),
                constantTimeEqual(found.digest, presented.digest), found.expiry > now,
                let live = try connection.liveSession(Session.ID(found.session), at: now)
            else { return .invalid }
            let taken = try connection.execute(
                """
                UPDATE refresh_token SET used_at = $2, successor_id = $3
                WHERE id = $1 AND used_at IS NULL AND expires_at > $2
                """,
                [.text(presented.id.string), .time(now), .text(successor.id.string)]
            )
            if taken == 1 {
                try connection.insertRefreshToken(successor, session: found.session)
                return .rotated(successor: successor.id, live)
            }
            // A retry comes of an answer that was lost: whoever used the successor had the answer.
            if let first = found.use, now < first.time + grace,
                try connection.refreshToken(first.successor).map({ $0.use == nil }) ?? false
            {
                return .rotated(successor: first.successor, live)
            }
            try connection.endSession(found.session)
            return .reused(live)
        }
    }
}

/// A refresh token as it is on file.
private struct FiledRefreshToken {
    let session: String
    let digest: [UInt8]
    let expiry: Timestamp
    /// When it was taken and what followed it; nil for a fresh one.
    let use: (time: Timestamp, successor: ULID)?

    init(_ row: borrowing Row) throws(DatabaseError) {
        session = try row.text(0)
        digest = try row.blob(1)
        expiry = try row.time(2)
        guard let usedAt = try row.optionalInteger(3) else {
            use = nil
            return
        }
        guard let successor = ULID(try row.text(4)) else { throw .corrupt("a ULID") }
        use = (Timestamp(milliseconds: usedAt), successor)
    }
}

extension Connection {
    fileprivate func refreshToken(_ id: ULID) throws -> FiledRefreshToken? {
        try first(
            "SELECT session_id, secret_digest, expires_at, used_at, successor_id FROM refresh_token WHERE id = $1",
            [.text(id.string)]
        ) { try FiledRefreshToken($0) }
    }

    /// Files a fresh one.
    func insertRefreshToken(_ token: RefreshSuccessor, session: String) throws {
        try execute(
            "INSERT INTO refresh_token (id, session_id, secret_digest, expires_at) VALUES ($1, $2, $3, $4)",
            [.text(token.id.string), .text(session), .blob(token.digest), .time(token.expiry)]
        )
    }
}
