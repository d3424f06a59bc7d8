import JOSE
import OAuth
import Provider
import Storage
import Testing

struct SQLPushedRequestStoreTests {
    private let scratch: ScratchStores
    private var now: Timestamp { scratch.now }
    private var store: SQLPushedRequestStore { scratch.stores.pushedRequests }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func request(_ number: UInt8, client: String = "a", lifetime: Int64 = 60) throws -> PushedRequest {
        PushedRequest(
            id: PushedRequest.ID(digest: [UInt8](repeating: number, count: 32)),
            client: Client.ID(client),
            parameters: try Parameters(json: ["state": "s", "resource": ["https://a.example", "https://b.example"]]),
            expiry: now + lifetime
        )
    }

    @Test func `what was filed is read back whole`() async throws {
        let request = try request(1)
        #expect(try await store.file(request, limit: 1, at: now) == nil)
        let read = try #require(try store.request(request.id))
        #expect(read.client == request.client && read.expiry == request.expiry)
        #expect(read.openedAt == nil && read.usedAt == nil)
        #expect(try read.parameters.optional(.state) == "s")
        #expect(try read.parameters.allResources() == ["https://a.example", "https://b.example"])
        #expect(try store.request(PushedRequest.ID(digest: [UInt8](repeating: 9, count: 32))) == nil)
    }

    @Test func `the first opening counts, and only of one that lives`() async throws {
        for number in [1, 2, 3] as [UInt8] { _ = try await store.file(try request(number), limit: 9, at: now) }
        try await store.open(try request(1).id, until: now + 3600, at: now + 59)
        try await store.open(try request(1).id, until: now + 9999, at: now + 1000)
        try await store.open(try request(2).id, until: now + 3600, at: now + 60)
        #expect(try await store.complete(try request(3).id, at: now))
        try await store.open(try request(3).id, until: now + 3600, at: now)
        let expiries = try [1, 2, 3].map { try store.request(try request($0).id)?.expiry }
        #expect(expiries == [now + 3600, now + 60, now + 60])
        #expect(try store.request(try request(1).id)?.openedAt == now + 59)
    }

    @Test func `of fifty completions at once one is told so`() async throws {
        let request = try request(1)
        _ = try await store.file(request, limit: 1, at: now)
        let (store, now) = (store, now)
        let won = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { try await store.complete(request.id, at: now) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(won == 1)
        let used = try #require(try store.request(request.id))
        #expect(used.usedAt == now && used.parameters.json.names.isEmpty, "what it said is forgotten")
        let late = try self.request(2)
        _ = try await store.file(late, limit: 2, at: now)
        #expect(try await !store.complete(late.id, at: now + 60))
    }

    @Test func `a client's limit is of those that wait`() async throws {
        for number in [1, 2] as [UInt8] {
            let lifetime = Int64(number) * 60
            #expect(try await store.file(try request(number, lifetime: lifetime), limit: 2, at: now) == nil)
        }
        #expect(try await store.file(try request(3), limit: 2, at: now) == now + 60)
        #expect(try await store.file(try request(3, client: "b"), limit: 2, at: now) == nil)
        #expect(try await store.complete(try request(1).id, at: now))
        #expect(try await store.file(try request(4), limit: 2, at: now) == nil)
        #expect(try await store.file(try request(5, lifetime: 200), limit: 2, at: now + 59) == now + 60)
        #expect(try await store.file(try request(5, lifetime: 200), limit: 2, at: now + 60) == nil)
    }

    @Test func `what is over is swept, used or not`() async throws {
        for number in [1, 2, 3] as [UInt8] {
            _ = try await store.file(try request(number, lifetime: number == 3 ? 61 : 60), limit: 9, at: now)
        }
        #expect(try await store.complete(try request(1).id, at: now))
        #expect(try await scratch.stores.sweep(at: now + 59) == 0)
        #expect(try await scratch.stores.sweep(at: now + 60) == 2)
        #expect(try scratch.count("pushed_request") == 1)
    }
}
