import JOSE
import Logging
import Provider
import RedisCache
import Testing

@Suite(.timeLimit(.minutes(2)))
struct RedisStoreTests {
    private let server: RedisServer
    private let now = Timestamp(seconds: 1_800_000_000)
    private let key = VolatileKey("kind", "1")

    init() throws {
        server = try RedisServer()
    }

    @Test func `a value is there until its time, replaced by the next, and gone when removed`() async throws {
        let store = try await server.store()
        #expect(await store.value(key, at: now) == nil)
        let bytes = (0...255).map { UInt8($0) } + Array("\r\n$5\r\n".utf8)
        store.set(key, to: bytes, until: now + 100, at: now)
        #expect(await store.value(key, at: now) == bytes)
        #expect(await store.value(VolatileKey("other", "1"), at: now) == nil)
        store.set(key, to: [], until: now + 100, at: now)
        #expect(await store.value(key, at: now) == [])
        store.remove(key)
        #expect(await store.value(key, at: now) == nil)
        store.set(key, to: [1], until: Timestamp(milliseconds: now.milliseconds + 50), at: now)
        while await store.value(key, at: now) != nil {}
        store.set(key, to: [1], until: now + 100, at: now)
        store.set(key, to: [1], until: now, at: now)
        #expect(await store.value(key, at: now) == nil)
        await store.close()
        #expect(await store.value(key, at: now) == nil)
    }

    @Test func `each of many askers at the same time gets its own value`() async throws {
        let (store, now) = (try await server.store(), self.now)
        for number in 0..<400 {
            store.set(VolatileKey("n", "\(number)"), to: Array("\(number)".utf8), until: now + 100, at: now)
        }
        await store.isThereAtLast()
        let right = await withTaskGroup(of: Bool?.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let value = await store.value(VolatileKey("n", "\(number)"), at: now)
                    return value.map { $0 == Array("\(number)".utf8) }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        #expect(right == Array(repeating: true, count: 400))
        await store.close()
    }

    @Test func `password and database are those of the address`() async throws {
        let locked = try RedisServer(password: "open sesame")
        let store = try await locked.store(":open%20sesame@", database: "/2")
        store.set(key, to: [1], until: now + 100, at: now)
        #expect(await store.value(key, at: now) == [1])
        await store.close()
        for credentials in ["", ":wrong@"] {
            let address = try RedisAddress("redis://\(credentials)127.0.0.1:\(locked.port)")
            let other = RedisStore(address, logger: Logger(label: "test"))
            for _ in 0..<20 {
                #expect(await other.isThere() == false)
                try await Task.sleep(for: .milliseconds(10))
            }
            await other.close()
        }
    }

    @Test func `when it dies nothing is there, at once, and when it is back it is used again`() async throws {
        let (store, key, now) = (try await server.store(), self.key, self.now)
        store.set(key, to: [1], until: now + 100, at: now)
        #expect(await store.value(key, at: now) == [1])
        let askers = Task {
            for _ in 0..<2000 { _ = await store.value(key, at: now) }
        }
        server.end()
        await askers.value
        #expect(await store.value(key, at: now) == nil)
        store.set(key, to: [2], until: now + 100, at: now)
        let again = try RedisServer(port: server.port)
        await store.isThereAtLast()
        #expect(await store.value(key, at: now) == nil)
        store.set(key, to: [3], until: now + 100, at: now)
        #expect(await store.value(key, at: now) == [3])
        await store.close()
        again.end()
    }

    @Test func `when it does not answer nobody waits for it, however many ask`() async throws {
        let (store, key, now) = (try await server.store(patience: .milliseconds(50)), self.key, self.now)
        store.set(key, to: [1], until: now + 100, at: now)
        while await store.value(key, at: now) != [1] { await store.isThereAtLast() }
        server.freeze()
        #expect(await store.value(key, at: now) == nil)
        let found = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3000 { group.addTask { await store.value(key, at: now) != nil } }
            return await group.contains(true)
        }
        #expect(!found)
        server.thaw()
        await store.isThereAtLast()
        store.set(key, to: [2], until: now + 100, at: now)
        while await store.value(key, at: now) != [2] { await store.isThereAtLast() }
        await store.close()
    }

    @Test func `a server that is not there is looked for until it is`() async throws {
        let port = server.port
        server.end()
        let store = RedisStore(try RedisAddress("redis://127.0.0.1:\(port)"), logger: Logger(label: "test"))
        #expect(await store.isThere() == false)
        let late = try RedisServer(port: port)
        await store.isThereAtLast()
        await store.close()
        late.end()
    }
}
