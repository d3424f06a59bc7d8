package import JOSE
package import Provider

/// Sessions and token ids from memory, in front of the database: for as long as nothing that a session rests on can have changed
/// (`ReadCache`), it is not read again. With a second place for what memory has no room for, that one is asked before the database.
///
/// Only what lives is kept. That something is over, or unknown, is the database's word alone; and what the clock ends is over here
/// as well.
package struct CachedSessionStore: SessionStore {
    private let store: SQLSessionStore
    private let stamps: ChangeStamps
    private let shared: SharedReads?
    private let tokens: ReadCache<LiveToken>
    private let live: ReadCache<LiveSession>

    /// `capacity` is how many sessions, and how many tokens, memory has room for.
    package init(_ store: SQLSessionStore, shared: SharedReads? = nil, capacity: Int = 16_384) {
        self.store = store
        self.shared = shared
        stamps = store.database.stamps
        tokens = ReadCache(stamps, capacity: capacity)
        live = ReadCache(stamps, capacity: capacity)
    }

    package func session(_ id: Session.ID, at now: Timestamp) async throws -> LiveSession? {
        try await read(id.description, from: live, at: now) { try store.session(id, at: now) }
    }

    package func session(ofToken id: String, at now: Timestamp) async throws -> LiveSession? {
        try await read(id, from: tokens, at: now) { try store.liveToken(id, at: now) }?.live
    }

    private func read<Value: SharedRead>(
        _ id: String,
        from cache: ReadCache<Value>,
        at now: Timestamp,
        _ read: () throws -> Value?
    ) async throws -> Value? {
        switch cache.look(id) {
        case .believed(let value) where value.isAlive(at: now): return value
        case .believed, .doubtful: break
        case .absent:
            // What is doubtful in memory is no better elsewhere: both were read by this process.
            if let shared, let found: (value: Value, evidence: ReadEvidence) = await shared.read(id, at: now),
                stamps.holds(found.evidence), found.value.isAlive(at: now)
            {
                cache.keep(found.value, found.evidence, for: id)
                return found.value
            }
        }
        let stamp = stamps.now
        guard let value = try read() else { return nil }
        let evidence = ReadEvidence(stamp, value.rows)
        cache.keep(value, evidence, for: id)
        await shared?.keep(value, evidence, for: id, at: now)
        return value
    }

    package func begin(_ session: Session, tokens: [TokenRecord]) async throws {
        try await store.begin(session, tokens: tokens)
    }

    package func begin(
        _ session: Session,
        tokens: [TokenRecord],
        refresh: RefreshSuccessor?
    ) async throws -> Bool {
        try await store.begin(session, tokens: tokens, refresh: refresh)
    }

    package func begin(inBrowser session: Session, tokens: [TokenRecord]) async throws -> Bool {
        try await store.begin(inBrowser: session, tokens: tokens)
    }

    package func add(_ tokens: [TokenRecord], to id: Session.ID, at now: Timestamp) async throws -> Bool {
        try await store.add(tokens, to: id, at: now)
    }

    package func sessions(of subject: Subject.ID, at now: Timestamp) async throws -> [Session] {
        try store.sessions(of: subject, at: now)
    }

    package func clients(ofBrowser id: Session.ID, at now: Timestamp) async throws -> [Session] {
        try store.clients(ofBrowser: id, at: now)
    }

    package func touch(_ id: Session.ID, at now: Timestamp) {
        store.touch(id, at: now)
    }

    package func renew(_ renewal: SessionRenewal) async throws -> LiveSession? {
        try await store.renew(renewal)
    }

    package func end(_ id: Session.ID) async throws {
        try await store.end(id)
    }

    package func end(_ id: Session.ID, of subject: Subject.ID) async throws -> Bool {
        try await store.end(id, of: subject)
    }

    package func endAll(of subject: Subject.ID, except current: Session.ID?) async throws {
        try await store.endAll(of: subject, except: current)
    }
}
