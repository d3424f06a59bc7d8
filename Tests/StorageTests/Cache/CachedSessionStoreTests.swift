import Accounts
import JOSE
import Provider
@testable import Storage
import Synchronization
import TestSupport
import Testing

struct CachedSessionStoreTests {
    private let scratch: ScratchStores
    private let cached: CachedSessionStore
    private let sign = SignIn(Person(1), 1)
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
        cached = CachedSessionStore(scratch.stores.sessions)
        for number in 1...2 { try await scratch.register(Person(number)) }
        try await scratch.begin(sign)
        try await scratch.begin(SignIn(Person(2), 2))
    }

    private func answers(at now: Timestamp = ScratchStores.now) async throws -> Answers {
        try await Answers(cached, scratch.stores, sign, at: now)
    }

    /// What a process that remembers nothing answers.
    private func truth(at now: Timestamp = ScratchStores.now) async throws -> Answers {
        let fresh = try await ScratchStores.open(scratch.folder, .init(role: .guest))
        let answers = try await Answers(CachedSessionStore(fresh.sessions), fresh, sign, at: now)
        await fresh.database.close()
        return answers
    }

    @Test func `what was asked before is answered without the database`() async throws {
        let before = try await answers()
        await scratch.stores.database.close()
        #expect(try await answers() == before)
        await #expect(throws: DatabaseError.self) { try await cached.session(Session.ID("session-2"), at: now) }
    }

    @Test(arguments: Change.allCases, [false, true])
    func `a change counts from the moment that its maker knows of it, be it this process or another`(
        change: Change,
        byGuest: Bool
    ) async throws {
        try await change.prepare(scratch.stores, sign)
        let before = try await answers()
        let maker =
            byGuest ? try await ScratchStores.open(scratch.folder, .init(role: .guest)) : scratch.stores
        try await change.make(maker, sign)
        let after = try await answers()
        #expect(after != before)
        #expect(try await truth() == after)
        if byGuest { await maker.database.close() }
    }

    @Test(arguments: Change.allCases)
    func `control: without the notes of changes the old answers go on`(change: Change) async throws {
        try await change.prepare(scratch.stores, sign)
        try await scratch.stopNoting()
        let before = try await answers()
        try await change.make(scratch.stores, sign)
        #expect(try await answers() == before)
        #expect(try await truth() != before)
    }

    @Test func `what does not concern a sign-in leaves it in memory`() async throws {
        _ = try await answers()
        try await scratch.begin(SignIn(Person(1), 3))
        #expect(try await cached.add([TokenRecord(id: "more", expiry: now + 60)], to: sign.id, at: now))
        #expect(try await scratch.stores.accounts.setState(.blocked, of: Person(2).id))
        await scratch.stores.database.close()
        #expect(try await cached.session(ofToken: sign.token, at: now)?.session.id == sign.id)
    }

    @Test func `a reader that read before the end and files after it files nothing that is believed`() async throws {
        let cache = ReadCache<LiveToken>(scratch.stores.database.stamps)
        let stamp = scratch.stores.database.stamps.now
        let read = try #require(try scratch.stores.sessions.liveToken(sign.token, at: now))
        #expect(try await cached.end(sign.id, of: sign.subject))
        cache.keep(read, ReadEvidence(stamp, read.rows), for: sign.token)
        #expect(cache[sign.token] == nil)
        // Control: with a stamp of afterwards it would be.
        cache.keep(read, ReadEvidence(scratch.stores.database.stamps.now, read.rows), for: sign.token)
        #expect(cache[sign.token] != nil)
    }

    /// What the readers ask for, until they are to stop.
    private final class Target: Sendable {
        let sign = Mutex<SignIn?>(nil)
        let isDone = Mutex(false)
    }

    /// Ends sessions one after another while two readers ask for them all the time; gives how often an ended one still answered.
    private func endUnderFire(rounds: Int) async throws -> Int {
        let (target, cached, now) = (Target(), self.cached, self.now)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !target.isDone.withLock({ $0 }) {
                        guard let sign = target.sign.withLock({ $0 }) else {
                            await Task.yield()
                            continue
                        }
                        _ = try await cached.session(ofToken: sign.token, at: now)
                        await Task.yield()
                    }
                }
            }
            var stale = 0
            for number in 100..<(100 + rounds) {
                let sign = SignIn(Person(1), number)
                try await scratch.begin(sign)
                target.sign.withLock { $0 = sign }
                while try await cached.session(ofToken: sign.token, at: now) == nil { await Task.yield() }
                #expect(try await cached.end(sign.id, of: sign.subject))
                for _ in 0..<5 where try await cached.session(ofToken: sign.token, at: now) != nil { stale += 1 }
            }
            target.isDone.withLock { $0 = true }
            try await group.waitForAll()
            return stale
        }
    }

    @Test func `no look after the end finds the session, however many look at the same time`() async throws {
        #expect(try await endUnderFire(rounds: 300) == 0)
    }

    @Test func `control: without the notes of changes such looks find it`() async throws {
        try await scratch.stopNoting()
        #expect(try await endUnderFire(rounds: 20) > 0)
    }

    @Test func `time ends a session, its token and its idleness in memory too`() async throws {
        for (number, lifetime, idle) in [(10, 100, 1000), (11, 1000, 100)] as [(Int, Int64, Int64)] {
            var sign = SignIn(Person(1), number)
            (sign.lifetime, sign.idleLimit) = (lifetime, idle)
            try await scratch.begin(sign)
            #expect(try await cached.session(ofToken: sign.token, at: now) != nil)
            #expect(try await cached.session(sign.id, at: now + 99) != nil)
            #expect(try await cached.session(ofToken: sign.token, at: now + 99) != nil)
            #expect(try await cached.session(sign.id, at: now + 100) == nil)
            #expect(try await cached.session(ofToken: sign.token, at: now + 100) == nil)
        }
        #expect(try await cached.add([TokenRecord(id: "short", expiry: now + 60)], to: sign.id, at: now))
        #expect(try await cached.session(ofToken: "short", at: now + 59) != nil)
        #expect(try await cached.session(ofToken: "short", at: now + 60) == nil)
    }

    @Test func `a session that is used goes on though it is answered from memory`() async throws {
        var sign = SignIn(Person(1), 10)
        sign.idleLimit = 100
        try await scratch.begin(sign)
        for age in stride(from: Int64(0), to: 1000, by: 70) {
            #expect(try await cached.session(ofToken: sign.token, at: now + age) != nil)
            cached.touch(sign.id, at: now + age)
            try await scratch.stores.database.write { _ in }
            #expect(try await cached.session(sign.id, at: now + age)?.session.lastSeenAt == now + age)
        }
        #expect(try await cached.session(ofToken: sign.token, at: now + 980 + 100) == nil)
    }

    @Test func `memory holds no more than it was given room for`() async throws {
        let small = ReadCache<Int>(scratch.stores.database.stamps, capacity: 64)
        for number in 0..<5000 {
            small.keep(
                number,
                ReadEvidence(scratch.stores.database.stamps.now, ReadRows(account: "a")),
                for: "\(number)"
            )
        }
        let kept = (0..<5000).count { small["\($0)"] != nil }
        #expect((1...64).contains(kept))
    }

    @Test func `what another program writes into the file counts after the next sweep`() async throws {
        let before = try await answers()
        try await scratch.stopNoting()
        try await scratch.stores.database.write { try $0.execute("UPDATE session SET is_over = 1") }
        #expect(try await answers() == before)
        _ = try await scratch.stores.sweep(at: now)
        #expect(try await cached.session(sign.id, at: now) == nil)
    }

    @Test func `a guest that died between its commit and its notes costs speed until the next write, and no more`()
        async throws
    {
        _ = try await answers()
        try await scratch.stopNoting()
        scratch.stores.database.stamps.beginGuest()
        try scratch.stores.database.read { _ in }
        let other = try ChangeStamps(try DatabaseFile(scratch.folder.path("martlet.db"), create: false), create: false)
        #expect(other.hasGuest)
        // What the guest committed is seen at once, for nothing is believed.
        #expect(!other.holds(since: other.now, 0, 0))
        try await scratch.stores.database.write { try $0.execute("UPDATE session SET is_over = 1") }
        #expect(try await cached.session(sign.id, at: now) == nil)
        try await scratch.stores.database.write { _ in }
        #expect(!other.hasGuest)
    }
}
