import JOSE
import Provider
import RedisCache
import TestSupport
import Testing

/// What stands in a Redis that others can read and write is of no use to them.
@Suite(.timeLimit(.minutes(2)))
struct SealedValueTests {
    private let server: RedisServer
    private let redis: RedisStore
    private let store: SealedVolatileStore
    private let now = Timestamp(seconds: 1_800_000_000)
    private let key = VolatileKey("kind", "1")
    private let text = Array("who is signed in".utf8)

    init() async throws {
        server = try RedisServer()
        redis = try await server.store()
        store = Self.sealed(redis, 7)
    }

    private static func sealed(_ redis: RedisStore, _ key: UInt8) -> SealedVolatileStore {
        SealedVolatileStore(redis, sealing: SealingKey([UInt8](repeating: key, count: 32)), random: SeededRandom())
    }

    @Test func `what was put in comes back, and what stands there does not show it`() async throws {
        await store.set(key, to: text, until: now + 100, at: now)
        #expect(await store.value(key, at: now) == text)
        let raw = try #require(await redis.value(key, at: now))
        #expect(raw.firstRange(of: Array("signed".utf8)) == nil)
        await store.remove(key)
        #expect(await store.value(key, at: now) == nil)
    }

    @Test func `no value that another wrote, changed or moved comes back`() async throws {
        await store.set(key, to: text, until: now + 100, at: now)
        let raw = try #require(await redis.value(key, at: now))
        func place(_ bytes: [UInt8], _ name: VolatileKey) async -> [UInt8]? {
            redis.set(name, to: bytes, until: now + 100, at: now)
            return await store.value(name, at: now)
        }
        #expect(await place(raw, key) == text)
        for position in raw.indices {
            var bent = raw
            bent[position] ^= 1
            #expect(await place(bent, key) == nil)
        }
        for count in [0, 1, 31, 32, 48, raw.count - 1] { #expect(await place(Array(raw.prefix(count)), key) == nil) }
        #expect(await place(raw + [0], key) == nil)
        #expect(await place(text, key) == nil)
        #expect(await place(raw, VolatileKey("kind", "2")) == nil)
        #expect(await place(raw, VolatileKey("other", "1")) == nil)
        await Self.sealed(redis, 8).set(key, to: text, until: now + 100, at: now)
        #expect(await store.value(key, at: now) == nil)
    }

    @Test func `a value is not kept beyond its end, even if the Redis keeps it`() async throws {
        await store.set(key, to: text, until: now + 100, at: now)
        try await server.command("PERSIST", "martlet:\(key)")
        #expect(await store.value(key, at: now + 99) == text)
        #expect(await store.value(key, at: now + 100) == nil)
    }

    @Test func `a flushed Redis has nothing`() async throws {
        await store.set(key, to: text, until: now + 100, at: now)
        #expect(await store.value(key, at: now) == text)
        try await server.command("FLUSHALL")
        #expect(await store.value(key, at: now) == nil)
    }
}
