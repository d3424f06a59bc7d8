import Accounts
import JOSE
import Social
@testable import Storage
import Testing

/// What is remembered of friends and messages.
struct CachedConversationTests {
    /// Every way in which they change for `Person(1)`, who is a friend of `Person(2)` and got a message from them.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case befriend, unfriend, send, get, read, deleteOther, statement

        var testDescription: String { rawValue }

        func make(_ stores: Stores) async throws {
            switch self {
            case .befriend:
                #expect(
                    try await stores.friendships.befriend(
                        CachedConversationTests.one,
                        CachedConversationTests.other(3),
                        at: ScratchStores.now
                    ) == .friends
                )
            case .unfriend:
                #expect(
                    try await stores.friendships.unfriend(CachedConversationTests.other(2), CachedConversationTests.one)
                )
            case .send:
                try await CachedConversationTests.say(
                    "2",
                    from: CachedConversationTests.one,
                    to: CachedConversationTests.other(3),
                    stores
                )
            case .get:
                try await CachedConversationTests.say(
                    "2",
                    from: CachedConversationTests.other(3),
                    to: CachedConversationTests.one,
                    stores
                )
            case .read:
                stores.messages.markRead(["1"], by: CachedConversationTests.one, at: ScratchStores.now)
                // Whoever writes next has it behind them.
                try await stores.database.write { try $0.execute("UPDATE account SET name = name WHERE id = ''") }
            case .deleteOther:
                #expect(
                    try await stores.accounts.delete(Accounts.Account.ID(CachedConversationTests.other(2).description))
                )
            case .statement:
                try await stores.database.write { try $0.execute("UPDATE message SET text = 'another'") }
            }
        }
    }

    /// What the stores say of `Person(1)`.
    struct Answers: Equatable {
        let friends: [Social.Person]
        let partners: [Social.Person]
        let messages: [Message]
        let withOther: [Message]

        init(_ stores: Stores) throws {
            friends = try stores.friendships.friends(of: CachedConversationTests.one)
            partners = try stores.messages.partners(of: CachedConversationTests.one, limit: 100)
            messages = try stores.messages.messages(MessageQuery(of: CachedConversationTests.one, limit: 20))
            withOther = try stores.messages.messages(
                MessageQuery(of: CachedConversationTests.one, with: CachedConversationTests.other(2), limit: 20)
            )
        }
    }

    static let one = other(1)

    static func other(_ number: Int) -> Social.Person { Social.Person(Person(number).id.description) }

    static func say(
        _ id: String,
        from sender: Social.Person,
        to recipient: Social.Person,
        _ stores: Stores
    ) async throws {
        let message = Message(id: id, sender: sender, recipient: recipient, text: "t", sentAt: ScratchStores.now)
        #expect(try await stores.messages.insert(message))
    }

    private let scratch: ScratchStores

    init() async throws {
        scratch = try await ScratchStores()
        for number in 1...3 { try await scratch.register(Person(number)) }
        _ = try await scratch.stores.friendships.befriend(Self.one, Self.other(2), at: scratch.now)
        try await Self.say("1", from: Self.other(2), to: Self.one, scratch.stores)
    }

    /// What a process that remembers nothing answers.
    private func truth() async throws -> Answers {
        let fresh = try await ScratchStores.open(scratch.folder, .init(role: .guest))
        let answers = try Answers(fresh)
        await fresh.database.close()
        return answers
    }

    @Test func `what was asked before is answered without the database`() async throws {
        let before = try Answers(scratch.stores)
        #expect(before.friends == [Self.other(2)] && before.messages.map(\.id) == ["1"])
        await scratch.stores.database.close()
        #expect(try Answers(scratch.stores) == before)
        #expect(throws: DatabaseError.self) { try scratch.stores.friendships.friends(of: Self.other(3)) }
    }

    @Test(arguments: Change.allCases, [false, true])
    func `a change counts at once, be it this process's or another's`(change: Change, byGuest: Bool) async throws {
        let before = try Answers(scratch.stores)
        let maker = byGuest ? try await ScratchStores.open(scratch.folder, .init(role: .guest)) : scratch.stores
        try await change.make(maker)
        let after = try Answers(scratch.stores)
        #expect(after != before)
        #expect(try await truth() == after)
        if byGuest { await maker.database.close() }
    }

    @Test(arguments: Change.allCases)
    func `control: without the notes of changes the old answers go on`(change: Change) async throws {
        try await scratch.stopNoting()
        let before = try Answers(scratch.stores)
        try await change.make(scratch.stores)
        #expect(try Answers(scratch.stores) == before)
        #expect(try await truth() != before)
    }

    @Test func `a page with long texts is not remembered`() async throws {
        let long = Message(
            id: "2",
            sender: Self.one,
            recipient: Self.other(3),
            text: String(repeating: "x", count: 20_000),
            sentAt: scratch.now
        )
        #expect(try await scratch.stores.messages.insert(long))
        #expect(try scratch.stores.messages.messages(MessageQuery(of: Self.one, limit: 20)).count == 2)
        await scratch.stores.database.close()
        #expect(throws: DatabaseError.self) {
            try scratch.stores.messages.messages(MessageQuery(of: Self.one, limit: 20))
        }
    }
}
