import Accounts
import JOSE
import Storage
import Testing

/// What an account consists of, beyond its keys.
struct AccountRecordTests {
    private let scratch: ScratchStores
    private var store: SQLAccountStore { scratch.stores.accounts }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func account(_ number: Int, username: String? = nil, email: String? = nil, name: String = "N") -> Account {
        var account = Account(id: Person(number).id, name: name, createdAt: now)
        account.username = username.flatMap(Username.init)
        account.email = email.flatMap(EmailAddress.init)
        return account
    }

    @Test func `an account comes back as it was filed`() async throws {
        var account = account(1, username: "Ada.L", email: "Ada@example.org", name: "Ada Lovelace")
        account.roles = [.guest, .admin]
        account.permissions = [Permission(.all, .get), Permission(.own, .delete)]
        account.profile = ProfileParts(client: ["age": 21, "interests": ["a\"b", "ü"]], employee: [:])
        account.lastSignIn = now + 5
        account.keys = [AccountKey(thumbprint: "t", registeredForm: "04")]
        #expect(try await store.insert(account, password: "record") == .inserted)
        let found = try #require(try store.account(.id(account.id)))
        #expect(found.username == account.username && found.email == account.email && found.name == account.name)
        #expect(found.roles == account.roles && found.permissions == account.permissions)
        #expect(found.profile == account.profile && found.lastSignIn == account.lastSignIn)
        #expect(!found.isEmailVerified && found.state == .active && found.keys.map(\.thumbprint) == ["t"])
        #expect(found.createdAt == now && found.updatedAt == now)
        #expect(try store.passwordRecord(of: account.id) == "record")
    }

    @Test func `accounts without username and address are many, and have no password`() async throws {
        for number in 1...3 { #expect(try await store.insert(account(number), password: nil) == .inserted) }
        #expect(try store.count() == 3)
        #expect(try store.passwordRecord(of: Person(1).id) == nil)
    }

    static let taken: [(username: String?, email: String?, outcome: InsertOutcome)] = [
        ("ADA", nil, .usernameTaken), (nil, "ADA@EXAMPLE.ORG", .emailTaken), ("Ada", "ada@example.org", .usernameTaken),
        ("ada2", "a@example.org", .inserted), ("\u{C5}sa", nil, .usernameTaken), ("A\u{30A}sa", nil, .usernameTaken),
    ]

    @Test(arguments: taken.indices)
    func `usernames and addresses are unique without regard to case`(index: Int) async throws {
        #expect(
            try await store.insert(account(1, username: "ada", email: "ada@example.org"), password: nil) == .inserted
        )
        #expect(try await store.insert(account(2, username: "\u{E5}sa"), password: nil) == .inserted)
        let (username, email, outcome) = Self.taken[index]
        #expect(try await store.insert(account(3, username: username, email: email), password: "p") == outcome)
        #expect(try store.count() == (outcome == .inserted ? 3 : 2))
        #expect(try scratch.count("password") == (outcome == .inserted ? 1 : 0))
    }

    @Test func `an id that was given before is not given again`() async throws {
        #expect(try await store.insert(account(1), password: nil) == .inserted)
        #expect(try await store.delete(Person(1).id))
        await #expect(throws: DatabaseError.self) { try await store.insert(account(1), password: nil) }
    }

    @Test func `a change is written whole, or not at all`() async throws {
        #expect(try await store.insert(account(1, username: "ada"), password: nil) == .inserted)
        #expect(try await store.insert(account(2, username: "bob", email: "b@example.org"), password: nil) == .inserted)
        let outcome = try await store.update(Person(1).id, at: now + 9) { account in
            account.username = Username("Ada2")
            account.profile.admin = [:]
            account.keys = [AccountKey(thumbprint: "t", registeredForm: "04")]
        }
        guard case .updated(let updated) = outcome else { throw Unexpected(outcome: "\(outcome)") }
        #expect(updated.username?.description == "Ada2" && updated.updatedAt == now + 9)
        let found = try #require(try store.account(.username(Username("ADA2")!)))
        #expect(found.profile.admin == [:] && found.keys.count == 1 && found.updatedAt == now + 9)
        #expect(try store.account(.username(Username("ada")!)) == nil)

        for (name, expected) in [("bob", "usernameTaken"), ("BOB", "usernameTaken")] {
            let outcome = try await store.update(Person(1).id, at: now) { $0.username = Username(name) }
            #expect("\(outcome)" == expected)
        }
        let taken = try await store.update(Person(1).id, at: now) { $0.email = EmailAddress("B@example.org") }
        #expect("\(taken)" == "emailTaken")
        await #expect(throws: Unexpected.self) {
            try await store.update(Person(1).id, at: now) { account in
                account.name = "lost"
                throw Unexpected(outcome: "")
            }
        }
        let unknown = try await store.update(Person(9).id, at: now) { $0.name = "x" }
        #expect("\(unknown)" == "unknown")
        let after = try #require(try store.account(.id(Person(1).id)))
        #expect(after.name == "N" && after.updatedAt == now + 9 && after.keys.count == 1)
    }

    private struct Unexpected: Error { let outcome: String }

    @Test func `a key that is taken off an account is gone`() async throws {
        try await scratch.register(Person(1))
        _ = try await store.update(Person(1).id, at: now) {
            $0.keys = [AccountKey(thumbprint: "n", registeredForm: "04")]
        }
        #expect(try store.account(.id(Person(1).id))?.keys.map(\.thumbprint) == ["n"])
        #expect(try scratch.stores.subjects.key(thumbprint: "thumbprint-1") == nil)
    }

    static let searches: [(String, [Int])] = [
        ("ad", [1, 3]), ("AD", [1, 3]), ("", [1, 2, 3, 4]), ("x", []), ("%", []), ("_", []), ("bob@", [2]),
        ("zoë", [4]),
        ("ZOË", [4]), ("example.org", []), ("b", [2, 3]),
    ]

    @Test(arguments: searches.indices)
    func `a search finds what begins so`(index: Int) async throws {
        let all = [
            account(1, username: "ada"), account(2, email: "bob@example.org"),
            account(3, username: "bea", name: "Adam"), account(4, name: "Zoë"),
        ]
        for account in all { #expect(try await store.insert(account, password: nil) == .inserted) }
        let (text, expected) = Self.searches[index]
        #expect(try store.accounts(after: nil, search: text, limit: 9).map(\.id) == expected.map { Person($0).id })
        #expect(
            try store.accounts(after: Person(1).id, search: text, limit: 1).map(\.id)
                == expected.filter { $0 > 1 }.prefix(1).map { Person($0).id }
        )
    }

    @Test func `a record is renewed only in the place of the one that was checked`() async throws {
        #expect(try await store.insert(account(1), password: "old") == .inserted)
        #expect(try await store.renewPassword("new", replacing: "other", of: Person(1).id) == false)
        #expect(try store.passwordRecord(of: Person(1).id) == "old")
        #expect(try await store.renewPassword("new", replacing: "old", of: Person(1).id))
        #expect(try store.passwordRecord(of: Person(1).id) == "new")
        #expect(try await store.setPassword("x", of: Person(2).id, endsOthers: true, except: nil, at: now) == false)
    }
}
