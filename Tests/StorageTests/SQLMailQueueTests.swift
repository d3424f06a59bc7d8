import Accounts
import JOSE
import Storage
import Testing

struct SQLMailQueueTests {
    private let scratch: ScratchStores
    private var queue: SQLMailQueue { scratch.stores.mails }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
        for (number, age) in [(1, 10), (2, 30), (3, -1)] as [(Int, Int64)] {
            try await scratch.ask(Asking(number: number, email: "a\(number)@example.org", createdAt: now - age))
        }
    }

    private func due(_ limit: Int = 9, after seconds: Int64 = 0) throws -> [String] {
        try queue.due(at: now + seconds, limit: limit).map(\.mail.recipient.description)
    }

    @Test func `due mails come oldest first`() throws {
        #expect(try due() == ["a2@example.org", "a1@example.org"])
        #expect(try due(1) == ["a2@example.org"])
        #expect(try due(after: 1).last == "a3@example.org")
        let first = try #require(try queue.due(at: now, limit: 1).first)
        #expect(first.mail.subject == "s" && first.mail.body == "b" && first.attempts == 0)
    }

    @Test func `a removed mail does not come back`() async throws {
        try await queue.remove("mail-1000002")
        #expect(try due() == ["a1@example.org"])
    }

    @Test func `a postponed mail waits and its attempts count`() async throws {
        for attempt in 1...3 {
            try await queue.postpone("mail-1000002", until: now + 60)
            #expect(try due() == ["a1@example.org"])
            let later = try queue.due(at: now + 60, limit: 9).first { $0.mail.id == "mail-1000002" }
            #expect(later?.attempts == attempt)
        }
    }
}
