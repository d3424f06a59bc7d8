import JOSE
import Provider
import Storage
import Testing

struct SQLRefusalJournalTests {
    private let scratch: ScratchStores
    private var journal: SQLRefusalJournal { scratch.stores.refusals }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func record(_ id: String, seen: String = "two") {
        let refusal = Refusal(error: "invalid_client", failed: FailedCheck("aud", expected: "one", seen: seen))
        journal.record(refusal, requestID: id, endpoint: "/oauth/token", at: scratch.now)
    }

    /// Returns when everything that was queued before is written.
    private func settle() async throws {
        try await scratch.stores.database.write { _ in }
    }

    @Test func `a refusal is found under its request id`() async throws {
        record("a")
        record("b", seen: "three")
        record("a", seen: "four")
        try await settle()
        let entries = try journal.entries(requestID: "a")
        #expect(entries.map(\.failed.seen) == ["two", "four"])
        let first = try #require(entries.first)
        #expect(first.requestID == "a" && first.time == scratch.now && first.endpoint == "/oauth/token")
        #expect(first.error == "invalid_client" && first.failed == FailedCheck("aud", expected: "one", seen: "two"))
        #expect(try journal.entries(requestID: "c").isEmpty)
    }

    @Test func `only the newest are kept`() async throws {
        let surplus = 5
        for number in 0..<SQLRefusalJournal.capacity + surplus {
            record("r\(number)")
            if number % 1000 == 0 { try await settle() }
        }
        try await settle()
        #expect(try scratch.count("refusal") == Int64(SQLRefusalJournal.capacity))
        #expect(try journal.entries(requestID: "r\(surplus - 1)").isEmpty)
        #expect(try journal.entries(requestID: "r\(surplus)").count == 1)
    }

    @Test func `a stranger's text takes little room`() async throws {
        record("a", seen: String(repeating: "é", count: 100_000))
        try await settle()
        let seen = try #require(try journal.entries(requestID: "a").first).failed.seen
        #expect(seen.utf8.count == 512)
    }

    @Test func `a closed database loses refusals in silence`() async throws {
        await scratch.stores.database.close()
        record("a")
        let again = try await ScratchStores.open(scratch.folder)
        #expect(try again.refusals.entries(requestID: "a").isEmpty)
    }
}
