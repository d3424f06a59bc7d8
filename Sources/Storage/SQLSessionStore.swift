package import JOSE
package import Provider

/// Sessions and the ids of their tokens. Reading is one query by primary keys, ending one statement.
package struct SQLSessionStore: SessionStore {
    let database: Database
    private let touches = SessionTouches()

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here; `.constraint` when the account is gone or an id was given before.
    package func begin(_ session: Session, tokens: [TokenRecord]) async throws {
        try await database.write { connection in
            try connection.insert(session)
            for token in tokens { try connection.insert(token, of: session.id) }
        }
    }

    package func begin(
        _ session: Session,
        tokens: [TokenRecord],
        refresh: RefreshSuccessor?
    ) async throws -> Bool {
        try await database.write { connection in
            guard let isReused = try connection.isCodeReused(of: session) else { return false }
            try connection.insert(session)
            for token in tokens { try connection.insert(token, of: session.id) }
            if let refresh { try connection.insertRefreshToken(refresh, session: session.id.description) }
            if isReused { try connection.endSession(session.id.description) }
            return true
        }
    }

    package func begin(inBrowser session: Session, tokens: [TokenRecord]) async throws -> Bool {
        try await database.write { connection in
            guard let browser = session.grant?.browser,
                try connection.liveSession(browser, at: session.startedAt)?.subject.id == session.subject
            else { return false }
            try connection.insert(session)
            for token in tokens { try connection.insert(token, of: session.id) }
            return true
        }
    }

    package func add(_ tokens: [TokenRecord], to id: Session.ID, at now: Timestamp) async throws -> Bool {
        try await database.write { connection in
            for token in tokens where try !connection.insert(token, of: id, at: now) { return false }
            return try !tokens.isEmpty || connection.liveSession(id, at: now) != nil
        }
    }

    package func session(_ id: Session.ID, at now: Timestamp) throws -> LiveSession? {
        try database.read { try $0.liveSession(id, at: now) }
    }

    package func session(ofToken id: String, at now: Timestamp) throws -> LiveSession? {
        try liveToken(id, at: now)?.live
    }

    func liveToken(_ id: String, at now: Timestamp) throws -> LiveToken? {
        try database.read { try $0.liveToken(id, at: now) }
    }

    package func sessions(of subject: Subject.ID, at now: Timestamp) throws -> [Session] {
        try database.read { try $0.liveSessions(of: subject, at: now) }
    }

    /// Writes at most once a minute a session, so idle limits are true to a minute.
    package func touch(_ id: Session.ID, at now: Timestamp) {
        guard touches.isDue(id.description, at: now) else { return }
        let isQueued = database.enqueue { connection in
            try connection.execute(
                "UPDATE session SET last_seen_at = $2 WHERE id = $1 AND is_over = 0 AND last_seen_at < $2",
                [.text(id.description), .time(now)]
            )
        }
        if !isQueued { touches.forget(id.description) }
    }

    package func renew(_ renewal: SessionRenewal) async throws -> LiveSession? {
        try await database.write { connection in
            if try connection.replace(renewal) { return try connection.liveSession(renewal.successor, at: renewal.now) }
            guard let successor = try connection.successor(of: renewal) else { return nil }
            return try connection.liveSession(successor, at: renewal.now)
        }
    }

    package func end(_ id: Session.ID) async throws {
        try await database.write { connection in
            let line = try connection.query(
                """
                WITH RECURSIVE line (id) AS (
                    SELECT $1 UNION SELECT s.successor_id FROM session s JOIN line ON s.id = line.id
                    WHERE s.successor_id IS NOT NULL
                ) SELECT id FROM line
                """,
                [.text(id.description)]
            ) { Session.ID(try $0.text(0)) }
            for id in line {
                try connection.endSession(id.description)
                try connection.endClients(ofBrowser: id)
            }
        }
    }

    package func end(_ id: Session.ID, of subject: Subject.ID) async throws -> Bool {
        try await database.write { connection in
            let isEnded = try connection.execute(
                "UPDATE session SET is_over = 1 WHERE id = $1 AND account_id = $2 AND is_over = 0",
                [.text(id.description), .text(subject.description)]
            )
            if isEnded == 1 { try connection.endClients(ofBrowser: id) }
            return isEnded == 1
        }
    }

    package func clients(ofBrowser id: Session.ID, at now: Timestamp) throws -> [Session] {
        try database.read { try $0.clients(ofBrowser: id, at: now) }
    }

    /// Tokens without a session go on; `AccountStore.setPassword` and `setState` end those too.
    package func endAll(of subject: Subject.ID, except current: Session.ID?) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE session SET is_over = 1 WHERE account_id = $1 AND id <> $2 AND is_over = 0",
                [.text(subject.description), .text(current?.description ?? "")]
            )
        }
    }
}
