import Accounts
import JOSE
import Social
import Testing

@testable import Storage

struct SQLMessageStoreTests {
    private let scratch: ScratchStores
    private var store: SQLMessageStore { scratch.stores.messages }
    private var now: Timestamp { scratch.now }

    private let ada = Self.person(1)
    private let bob = Self.person(2)
    private let cyd = Self.person(3)
    private let dan = Self.person(4)

    private static func person(_ number: Int) -> Social.Person {
        Social.Person(Person(number).id.description)
    }

    init() async throws {
        scratch = try await ScratchStores()
        for number in 1...4 { try await scratch.register(Person(number)) }
    }

    private func say(_ id: String, from sender: Social.Person, to recipient: Social.Person) async throws {
        let message = Message(id: id, sender: sender, recipient: recipient, text: "text \(id)", sentAt: now)
        #expect(try await store.insert(message))
    }

    /// Ada and Bob write to each other, Cyd writes to Ada, Ada to herself; what Bob and Cyd write is not Ada's.
    private func converse() async throws {
        try await say("1", from: ada, to: bob)
        try await say("2", from: bob, to: ada)
        try await say("3", from: cyd, to: ada)
        try await say("4", from: ada, to: ada)
        try await say("5", from: bob, to: cyd)
        try await say("6", from: ada, to: bob)
    }

    private func ids(with other: Social.Person? = nil, before: String? = nil, limit: Int = 50) throws -> String {
        try store.messages(MessageQuery(of: ada, with: other, before: before, limit: limit)).map(\.id).joined()
    }

    @Test func `a page has what a person sent and got, the newest first and each once`() async throws {
        try await converse()
        #expect(try ids() == "64321")
        #expect(try ids(limit: 2) == "64")
        #expect(try ids(before: "4", limit: 2) == "32")
        #expect(try ids(before: "1") == "")
        #expect(try ids(with: bob) == "621")
        #expect(try ids(with: bob, before: "6", limit: 1) == "2")
        #expect(try ids(with: ada) == "4")
        #expect(try ids(with: dan) == "")
    }

    @Test func `a message is read as it was filed`() async throws {
        try await say("1", from: ada, to: bob)
        let found = try store.messages(MessageQuery(of: bob, limit: 1))
        #expect(found == [Message(id: "1", sender: ada, recipient: bob, text: "text 1", sentAt: now)])
    }

    @Test func `partners are those written to and heard from, the latest first and each once`() async throws {
        try await converse()
        #expect(try store.partners(of: ada, limit: 9) == [bob, ada, cyd])
        #expect(try store.partners(of: ada, limit: 2) == [bob, ada])
        #expect(try store.partners(of: cyd, limit: 9) == [bob, ada])
        #expect(try store.partners(of: dan, limit: 9) == [])
        try await say("7", from: cyd, to: ada)
        #expect(try store.partners(of: ada, limit: 9) == [cyd, bob, ada])
    }

    @Test func `a page looks up no more messages than it shows, and partners none`() throws {
        let page = try plan(SQLMessageStore.sql(MessageQuery(of: ada, limit: 20)), values: 3)
        #expect(page.filter { !$0.contains("COVERING") } == ["SEARCH m USING PRIMARY KEY (id=?)"])
        let conversation = try plan(SQLMessageStore.sql(MessageQuery(of: ada, with: bob, limit: 20)), values: 4)
        #expect(conversation.filter { !$0.contains("COVERING") } == ["SEARCH m USING PRIMARY KEY (id=?)"])
        let partners = try plan(SQLMessageStore.partners, values: 2)
        #expect(!partners.isEmpty && partners.allSatisfy { $0.contains("COVERING") })
        // From partner to partner: each range but the first of either direction is of two columns.
        #expect(partners.count { $0.contains("_id=? AND") } == 4, "\(partners)")
    }

    /// The look-ups in `message` of a query that takes so many values.
    private func plan(_ sql: String, values: Int) throws -> [String] {
        try scratch.stores.database.read { connection in
            try connection.query("EXPLAIN QUERY PLAN " + sql, Array(repeating: .integer(1), count: values)) {
                try $0.text(3)
            }
        }.filter { $0.hasPrefix("SEARCH") }
    }
}
