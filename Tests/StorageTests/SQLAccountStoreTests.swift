import Accounts
import JOSE
import Provider
import Storage
import Testing

struct SQLAccountStoreTests {
    private let scratch: ScratchStores
    private var store: SQLAccountStore { scratch.stores.accounts }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func subject(_ person: Person) throws -> Subject? {
        try scratch.stores.subjects.subject(Subject.ID(person.id.description))
    }

    @Test func `accounts are listed in the order they were made`() async throws {
        let numbers = [5, 3, 9, 1]
        for number in numbers { try await scratch.register(Person(number)) }
        var (listed, cursor): ([Account.ID], Account.ID?) = ([], nil)
        while let page = Optional(try store.accounts(after: cursor, search: nil, limit: 3)), let last = page.last {
            listed += page.map(\.id)
            cursor = last.id
        }
        #expect(listed == numbers.map { Person($0).id })
    }

    @Test func `a cursor keeps its place when its account is deleted`() async throws {
        for number in 1...3 { try await scratch.register(Person(number)) }
        #expect(try await store.delete(Person(2).id))
        #expect(try store.accounts(after: Person(2).id, search: nil, limit: 9).map(\.id) == [Person(3).id])
        #expect(try store.accounts(after: Account.ID("none"), search: nil, limit: 9).isEmpty)
    }

    @Test func `an account that is made after the last one was deleted comes last`() async throws {
        for number in 1...2 { try await scratch.register(Person(number)) }
        #expect(try await store.delete(Person(2).id))
        try await scratch.register(Person(3))
        #expect(try store.accounts(after: Person(2).id, search: nil, limit: 9).map(\.id) == [Person(3).id])
    }

    @Test func `an account lists all its keys`() async throws {
        try await scratch.register(Person(1))
        try await scratch.register(Person(2))
        try await scratch.stores.database.write { connection in
            try connection.execute(
                "INSERT INTO account_key VALUES ('second', $1, '04', 9999999999999)",
                [.text(Person(1).id.description)]
            )
        }
        let listed = try store.accounts(after: nil, search: nil, limit: 9).map { $0.keys.map(\.thumbprint) }
        #expect(listed == [["thumbprint-1", "second"], ["thumbprint-2"]])
    }

    static let names: [(String, Bool)] = [
        (Person(1).id.description, true), ("Person.1@example.org", true), ("pERSON.1@EXAMPLE.ORG", true),
        ("person.2@example.org", false), ("", false), ("00000000-0000-4000-8000-000000000000", false), ("%", false),
    ]

    @Test(arguments: names)
    func `an account is found by id and by address`(name: String, isFound: Bool) async throws {
        try await scratch.register(Person(1))
        let found = try AccountIdentifier(name).flatMap { try store.account($0) }
        #expect(found?.id == (isFound ? Person(1).id : nil))
    }

    @Test func `a change of state ends every sign-in`() async throws {
        try await scratch.register(Person(1))
        for (generation, state) in [Account.State.blocked, .blocked, .active].enumerated() {
            #expect(try await store.setState(state, of: Person(1).id))
            let found = try #require(try subject(Person(1)))
            #expect(found.generation == Int64(generation + 1))
            #expect(found.isActive == (state == .active))
            #expect(try store.account(.id(Person(1).id))?.state == state)
        }
        #expect(try await store.setState(.blocked, of: Person(2).id) == false)
    }

    @Test func `a deleted account takes its keys with it and nobody else's`() async throws {
        try await scratch.register(Person(1))
        try await scratch.register(Person(2))
        #expect(try await store.delete(Person(1).id))
        #expect(try subject(Person(1)) == nil)
        #expect(try scratch.stores.subjects.key(thumbprint: "thumbprint-1") == nil)
        #expect(try scratch.stores.subjects.key(thumbprint: "thumbprint-2") != nil)
        #expect(try scratch.count("account_key") == 1)
        #expect(try await store.delete(Person(1).id) == false)
    }
}
