import Accounts
import JOSE
import Provider
import Storage
import Testing

/// What ends the sign-ins of an account ends all that hangs off them, at once.
struct SignOutTests {
    private let scratch: ScratchStores
    private var accounts: SQLAccountStore { scratch.stores.accounts }
    private let mine = [SignIn(Person(1), 1), SignIn(Person(1), 2)]
    private let others = SignIn(Person(2), 3)

    init() async throws {
        scratch = try await ScratchStores()
        for number in 1...2 { try await scratch.register(Person(number)) }
        for sign in mine + [others] { try await scratch.begin(sign) }
        #expect(
            try await accounts.setPassword("old", of: Person(1).id, endsOthers: false, except: nil, at: scratch.now)
        )
    }

    enum Ending: String, CaseIterable {
        case block, unblock, blockByUpdate, delete, passwordChange
    }

    private func end(_ ending: Ending) async throws {
        let id = Person(1).id
        switch ending {
        case .block: #expect(try await accounts.setState(.blocked, of: id))
        case .unblock: #expect(try await accounts.setState(.active, of: id))
        case .blockByUpdate: _ = try await accounts.update(id, at: scratch.now) { $0.state = .blocked }
        case .delete: #expect(try await accounts.delete(id))
        case .passwordChange:
            #expect(try await accounts.setPassword("new", of: id, endsOthers: true, except: nil, at: scratch.now))
        }
    }

    @Test(arguments: Ending.allCases)
    func `an ending ends every session, token and refresh token of the account and nobody else's`(
        ending: Ending
    ) async throws {
        try await end(ending)
        for sign in mine { #expect(try await scratch.life(of: sign) == .none) }
        #expect(try await scratch.life(of: others) == .all)
    }

    @Test func `control: what ends nothing leaves everything alive`() async throws {
        _ = try await accounts.update(Person(1).id, at: scratch.now) { $0.name = "Another" }
        try await accounts.noteSignIn(Person(1).id, at: scratch.now)
        #expect(
            try await accounts.setPassword("new", of: Person(1).id, endsOthers: false, except: nil, at: scratch.now)
        )
        #expect(try await accounts.renewPassword("newer", replacing: "new", of: Person(1).id))
        for sign in mine + [others] { #expect(try await scratch.life(of: sign) == .all) }
    }

    @Test func `unblocking revives nothing`() async throws {
        try await end(.block)
        try await end(.unblock)
        for sign in mine { #expect(try await scratch.life(of: sign) == .none) }
        let again = SignIn(Person(1), 9)
        try await scratch.begin(again)
        #expect(try await scratch.life(of: again) == .all)
    }

    @Test func `a password change keeps the session that made it, and tokens without a session die`() async throws {
        let subject = Subject.ID(Person(1).id.description)
        let before = try #require(try scratch.stores.subjects.subject(subject)).generation
        let done = try await accounts.setPassword(
            "new",
            of: Person(1).id,
            endsOthers: true,
            except: mine[0].id.description,
            at: scratch.now
        )
        #expect(done)
        #expect(try await scratch.life(of: mine[0]) == .all)
        #expect(try await scratch.life(of: mine[1]) == .none)
        #expect(try await scratch.life(of: others) == .all)
        #expect(try scratch.stores.subjects.subject(subject)?.generation == before + 1)
    }

    static let pretenders = ["session-3", "session-2", "session-7", ""]

    @Test(arguments: pretenders)
    func `a session that is not the account's own and alive is not kept`(current: String) async throws {
        #expect(try await scratch.stores.sessions.end(mine[1].id, of: mine[1].subject))
        _ = try await accounts.setPassword("new", of: Person(1).id, endsOthers: true, except: current, at: scratch.now)
        for sign in mine { #expect(try await scratch.life(of: sign) == .none) }
        #expect(try await scratch.life(of: others) == .all)
    }

    @Test func `a session of an earlier generation is not lifted into the new one`() async throws {
        try await scratch.stores.database.write { connection in
            let sql = "UPDATE account SET generation = generation + 1 WHERE id = $1"
            try connection.execute(sql, [.text(Person(1).id.description)])
        }
        let kept = mine[0].id.description
        _ = try await accounts.setPassword("new", of: Person(1).id, endsOthers: true, except: kept, at: scratch.now)
        #expect(try await scratch.life(of: mine[0]) == .none)
    }

    @Test func `deleting an account deletes every row that hangs off it`() async throws {
        let (one, two) = (Person(1).id.description, Person(2).id.description)
        try await scratch.stores.database.write { connection in
            try connection.execute("INSERT INTO friendship VALUES ($1, $2, 1), ($2, $1, 1)", [.text(one), .text(two)])
            try connection.execute(
                "INSERT INTO message VALUES ('a', $1, $2, 't', 1, NULL), ('b', $2, $1, 't', 1, NULL)",
                [.text(one), .text(two)]
            )
        }
        try await end(.delete)
        let left: [(String, Int64)] = [
            ("account", 1), ("account_key", 1), ("password", 0), ("session", 1), ("issued_token", 1),
            ("refresh_token", 1),
            ("friendship", 0), ("message", 0), ("former_account", 1),
        ]
        for (table, count) in left { #expect(try scratch.count(table) == count, "\(table)") }
    }
}
