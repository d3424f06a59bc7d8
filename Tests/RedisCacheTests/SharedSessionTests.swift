import Accounts
import JOSE
import Provider
import RedisCache
import Storage
import TestSupport
import Testing

/// Sessions behind a Redis: what becomes of it costs speed, never a sign-in that should hold and never one that should be over.
@Suite(.timeLimit(.minutes(2)))
struct SharedSessionTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let count = 40

    private let folder: ScratchFolder
    private let server: RedisServer
    private let redis: RedisStore
    private let stores: Stores
    private let cached: CachedSessionStore
    private var now: Timestamp { Self.now }
    private let person = Subject.ID("00000000-0000-4000-8000-000000000001")

    init() async throws {
        folder = try ScratchFolder()
        server = try RedisServer()
        redis = try await server.store()
        stores = try await Stores.open(path: folder.path("martlet.db"), options: .patient, at: Self.now)
        cached = Self.cache(stores, redis, run: "a")
        let account = Account(id: Account.ID(person.description), name: "Ada \"\n\u{1F600}", createdAt: Self.now)
        _ = try await stores.accounts.insert(account, password: nil)
        for number in 0..<Self.count { try await begin(number) }
    }

    /// Memory has room for 16 of them and no more, so that the Redis is asked.
    private static func cache(_ stores: Stores, _ redis: RedisStore, run: String) -> CachedSessionStore {
        let sealed = SealedVolatileStore(
            redis,
            sealing: SealingKey([UInt8](repeating: 7, count: 32)),
            random: SeededRandom()
        )
        return CachedSessionStore(stores.sessions, shared: SharedReads(sealed, run: run), capacity: 1)
    }

    private func begin(_ number: Int) async throws {
        let session = Session(
            id: Session.ID("session-\(number)"),
            subject: person,
            client: Client.ID("face"),
            times: SessionTimes(startedAt: now, lastSeenAt: now, expiry: now + 1000, idleLimit: 500),
            isRemembered: number.isMultiple(of: 2),
            origin: SessionOrigin(address: "192.0.2.7", userAgent: "browser \"\u{7F}é")
        )
        try await cached.begin(session, tokens: [TokenRecord(id: "token-\(number)", expiry: now + 600)])
    }

    /// Which sessions answer by their token, or by their id.
    private func found(
        _ cache: CachedSessionStore? = nil,
        byID: Bool = false,
        at now: Timestamp = Self.now
    ) async throws -> [Int] {
        var found: [Int] = []
        for number in 0..<Self.count {
            let cache = cache ?? cached
            let live =
                byID
                ? try await cache.session(Session.ID("session-\(number)"), at: now)
                : try await cache.session(ofToken: "token-\(number)", at: now)
            if let live, live.session.id.description == "session-\(number)" { found.append(number) }
        }
        return found
    }

    @Test func `what memory has no room for is answered by the Redis, word for word`() async throws {
        #expect(try await found() == Array(0..<Self.count))
        #expect(try await found(byID: true) == Array(0..<Self.count))
        let before = "\(String(describing: try await cached.session(ofToken: "token-3", at: now)))"
        await redis.isThereAtLast()
        await stores.database.close()
        #expect(try await found() == Array(0..<Self.count))
        #expect(try await found(byID: true) == Array(0..<Self.count))
        #expect("\(String(describing: try await cached.session(ofToken: "token-3", at: now)))" == before)
        // Control: without its entry only the database could answer.
        try await server.command("FLUSHALL")
        await #expect(throws: DatabaseError.self) { try await found() }
    }

    @Test func `an ended session stays ended though the Redis says that it goes on`() async throws {
        _ = try await found()
        _ = try await found(byID: true)
        for number in stride(from: 0, to: Self.count, by: 2) {
            #expect(try await cached.end(Session.ID("session-\(number)"), of: person))
        }
        let rest = Array(stride(from: 1, to: Self.count, by: 2))
        #expect(try await found() == rest)
        #expect(try await found(byID: true) == rest)
        let guest = try await Stores.open(
            path: folder.path("martlet.db"),
            options: .init(role: .guest),
            at: now
        )
        _ = try await guest.accounts.setState(.blocked, of: Account.ID(person.description))
        #expect(try await found() == [])
        #expect(try await found(byID: true) == [])
        await guest.database.close()
    }

    @Test func `time ends a session and its token though the Redis keeps them`() async throws {
        _ = try await found()
        _ = try await found(byID: true)
        #expect(try await found(at: now + 499).count == Self.count)
        #expect(try await found(byID: true, at: now + 500) == [])
        #expect(try await found(at: now + 500) == [])
    }

    @Test func `entries of another run of the server count for nothing`() async throws {
        _ = try await found()
        await redis.isThereAtLast()
        let (same, other) = (Self.cache(stores, redis, run: "a"), Self.cache(stores, redis, run: "b"))
        await stores.database.close()
        #expect(try await found(same).count == Self.count)
        await #expect(throws: DatabaseError.self) { try await found(other) }
    }

    @Test func `an entry in the place of another counts for nothing`() async throws {
        #expect(try await found().count == Self.count)
        await redis.isThereAtLast()
        let one = try #require(await redis.value(VolatileKey("live-token", "token-1"), at: now))
        for number in 0..<Self.count {
            redis.set(VolatileKey("live-token", "token-\(number)"), to: one, until: now + 600, at: now)
        }
        #expect(try await found() == Array(0..<Self.count))
    }

    @Test func `a Redis that is flushed, frozen, ended or back again changes no answer`() async throws {
        let redis = try await server.store(patience: .milliseconds(50))
        let cached = Self.cache(stores, redis, run: "a")
        func found() async throws -> [Int] { try await self.found(cached) }
        #expect(try await found().count == Self.count)
        try await server.command("FLUSHALL")
        #expect(try await found().count == Self.count)
        server.freeze()
        #expect(try await found().count == Self.count)
        #expect(try await cached.end(Session.ID("session-0"), of: person))
        server.thaw()
        await redis.isThereAtLast()
        #expect(try await found() == Array(1..<Self.count))
        server.end()
        #expect(try await cached.end(Session.ID("session-1"), of: person))
        #expect(try await found() == Array(2..<Self.count))
        let again = try RedisServer(port: server.port)
        await redis.isThereAtLast()
        #expect(try await found() == Array(2..<Self.count))
        await redis.close()
        again.end()
    }
}
