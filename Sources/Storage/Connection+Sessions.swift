import JOSE
import OAuth
import Provider

/// Sessions, read and written within the caller's read or write.
extension Connection {
    /// Whether account `a` may sign in and was not signed out since session `s` began.
    static let maySignIn = "a.state = 'active' AND a.activated = 1 AND s.generation = a.generation"

    /// Whether session `s` of account `a` is alive at `$2`: not ended, neither expired nor idle too long, and its account may sign
    /// in and was not signed out since.
    static let isAlive = """
        s.is_over = 0 AND s.expires_at > $2 AND s.last_seen_at + 1000 * s.idle_limit > $2
            AND \(maySignIn)
        """

    /// The columns that make a session, of `session s`.
    private static let columns = """
        s.id, s.account_id, s.client, s.started_at, s.last_seen_at, s.expires_at, s.idle_limit, s.remembered, s.address, s.user_agent,
            s.browser_id, s.authenticated_at, s.granted_scope, s.granted_claims, s.is_offline,
            s.granted_resources
        """
    private static let columnCount = 16

    /// The live session of this id and its account.
    func liveSession(_ id: Session.ID, at now: Timestamp) throws -> LiveSession? {
        try first(
            """
            SELECT \(Self.columns), \(Subject.columns) FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.id = $1 AND \(Self.isAlive)
            """,
            [.text(id.description), .time(now)]
        ) { LiveSession(session: try Session($0), subject: try Subject($0, at: Self.columnCount)) }
    }

    /// The live session of a token that lives, and until when it does.
    func liveToken(_ id: String, at now: Timestamp) throws -> LiveToken? {
        try first(
            """
            SELECT \(Self.columns), \(Subject.columns), t.expires_at
            FROM issued_token t JOIN session s ON s.id = t.session_id JOIN account a ON a.id = s.account_id
            WHERE t.id = $1 AND t.expires_at > $2 AND \(Self.isAlive)
            """,
            [.text(id), .time(now)]
        ) {
            LiveToken(
                live: LiveSession(session: try Session($0), subject: try Subject($0, at: Self.columnCount)),
                expiry: try $0.time(Self.columnCount + Subject.columnCount)
            )
        }
    }

    func liveSessions(of subject: Subject.ID, at now: Timestamp) throws -> [Session] {
        try query(
            """
            SELECT \(Self.columns) FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.account_id = $1 AND \(Self.isAlive) ORDER BY s.started_at DESC, s.id
            """,
            [.text(subject.description), .time(now)]
        ) { try Session($0) }
    }

    /// Files a session in its account's generation of now. Throws `.constraint` when there is no such account.
    func insert(_ session: Session) throws {
        let inserted = try execute(
            """
            INSERT INTO session (
                id, account_id, client, started_at, last_seen_at, expires_at, idle_limit, remembered, address, user_agent,
                browser_id, authenticated_at, granted_scope, granted_claims, is_offline, granted_resources,
                generation, is_over
            ) SELECT $1, a.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, a.generation, 0
            FROM account a WHERE a.id = $2
            """,
            [
                .text(session.id.description), .text(session.subject.description), .text(session.client.description),
                .time(session.startedAt), .time(session.lastSeenAt), .time(session.expiry), .integer(session.idleLimit),
                .boolean(session.isRemembered), .text(session.address), .text(session.userAgent),
                .optionalText(session.grant?.browser.description),
                .optionalInteger(session.grant?.authenticatedAt.milliseconds),
                .optionalText(session.grant?.scope.description),
                session.grant.map { .json(.object($0.claims.json)) } ?? .null,
                .boolean(session.grant?.isOffline ?? false), .optionalText(session.grant?.resources.text),
            ]
        )
        guard inserted == 1 else {
            throw DatabaseError.constraint(ConstraintViolation(kind: .foreignKey, columns: ["session.account_id"]))
        }
    }

    /// Whether the code that `session` comes of was presented again already; nil when its account was signed out since.
    func isCodeReused(of session: Session) throws -> Bool? {
        try first(
            """
            SELECT s.reused_at IS NOT NULL FROM authorization_code s JOIN account a ON a.id = s.account_id
            JOIN session b ON b.id = s.browser_id
            WHERE s.session_id = $1 AND b.is_over = 0 AND \(Self.maySignIn)
            """,
            [.text(session.id.description)]
        ) { try $0.integer(0) == 1 }
    }

    /// Files a token of a session that is new.
    func insert(_ token: TokenRecord, of id: Session.ID) throws {
        try execute(
            "INSERT INTO issued_token (id, session_id, expires_at) VALUES ($1, $2, $3)",
            [.text(token.id), .text(id.description), .time(token.expiry)]
        )
    }

    /// Files a token of a session, unless that is over.
    func insert(_ token: TokenRecord, of id: Session.ID, at now: Timestamp) throws -> Bool {
        try execute(
            """
            INSERT INTO issued_token (id, session_id, expires_at)
            SELECT $3, s.id, $4 FROM session s JOIN account a ON a.id = s.account_id WHERE s.id = $1 AND \(Self.isAlive)
            """,
            [.text(id.description), .time(now), .text(token.id), .time(token.expiry)]
        ) == 1
    }

    func endSession(_ id: String) throws {
        try execute("UPDATE session SET is_over = 1 WHERE id = $1 AND is_over = 0", [.text(id)])
    }

    /// Ends the sessions in clients that a browser's session began; those that may go on without the person are told apart.
    func endClients(ofBrowser id: Session.ID) throws {
        try execute(
            """
            UPDATE session SET is_over = 1 - is_offline, browser_over = 1
            WHERE browser_id = $1 AND is_over = 0 AND browser_over = 0
            """,
            [.text(id.description)]
        )
    }

    /// The live sessions in clients that a browser's session began.
    func clients(ofBrowser id: Session.ID, at now: Timestamp) throws -> [Session] {
        try query(
            """
            SELECT \(Self.columns) FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.browser_id = $1 AND s.browser_over = 0 AND \(Self.isAlive) ORDER BY s.started_at, s.id
            """,
            [.text(id.description), .time(now)]
        ) { try Session($0) }
    }
}

/// What a token id leads to.
struct LiveToken: Sendable {
    let live: LiveSession
    /// The token's own.
    let expiry: Timestamp
}

extension Session {
    /// Reads `Connection.columns`.
    fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
        self.init(
            id: ID(try row.text(0)),
            subject: Subject.ID(try row.text(1)),
            client: Client.ID(try row.text(2)),
            times: SessionTimes(
                startedAt: try row.time(3),
                lastSeenAt: try row.time(4),
                expiry: try row.time(5),
                idleLimit: try row.integer(6)
            ),
            isRemembered: try row.boolean(7),
            origin: SessionOrigin(address: try row.text(8), userAgent: try row.text(9)),
            grant: row.isNull(10) ? nil : try SessionGrant(row)
        )
    }
}

extension SessionGrant {
    /// Reads the last of `Connection.columns`.
    fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
        let text = try row.text(12)
        guard let scope = try? Scope(text) else { throw .corrupt("a scope") }
        guard let resources = [ResourceIndicator](text: try row.optionalText(15)) else { throw .corrupt("resources") }
        self.init(
            browser: Session.ID(try row.text(10)),
            authenticatedAt: try row.time(11),
            scope: scope,
            claims: ClaimsRequest(json: try row.json(13).objectValue ?? [:]),
            resources: resources,
            isOffline: try row.boolean(14)
        )
    }
}
