import Accounts
import JOSE
import Storage
import Testing

/// 200 callers at once want what only one may have; every one of them is queued before the first commit.
///
/// The single statement decides. Taken apart into a read and a write that believes it, as the controls do on purpose,
/// nearly every caller wins: the controls fail when they stop seeing that.
struct RegistrationRaceTests {
    private static let callers = 200
    private static let rounds = 20

    private let scratch: ScratchStores
    private var database: Database { scratch.stores.database }
    private var store: SQLRegistrationStore { scratch.stores.registrations }

    init() async throws {
        scratch = try await ScratchStores()
    }

    /// How many of the callers, numbered from 0, are told that they won.
    private func winners(_ attempt: @escaping @Sendable (Int) async throws -> Bool) async throws -> Int {
        let gate = Gate()
        #expect(gate.hold(database))
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for caller in 0..<Self.callers {
                group.addTask { try await attempt(caller) }
            }
            await database.untilWaiting(Self.callers)
            gate.open()
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
    }

    @Test(arguments: 0..<rounds)
    func `one token verifies once`(round: Int) async throws {
        let asking = Asking(number: round, email: "a@example.org")
        try await scratch.ask(asking)
        let store = store
        let count = try await winners { _ in
            try await store.verify(tokenDigest: asking.tokenDigest, at: ScratchStores.now) != nil
        }
        #expect(count == 1)
    }

    @Test func `control: reading a token first and writing then verifies it many times`() async throws {
        let asking = Asking(number: 1, email: "a@example.org")
        try await scratch.ask(asking)
        let (database, digest) = (database, SQLValue.blob(asking.tokenDigest))
        let count = try await winners { _ in
            let isFresh = try database.read { connection in
                try connection.first(
                    "SELECT 1 FROM email_verification WHERE token_digest = $1 AND verified_at IS NULL",
                    [digest]
                ) { try $0.integer(0) } != nil
            }
            return try await database.write { connection in
                guard isFresh else { return false }
                let sql = "UPDATE email_verification SET verified_at = 1 WHERE token_digest = $1"
                return try connection.execute(sql, [digest]) == 1
            }
        }
        #expect(count > 1)
    }

    @Test(arguments: 0..<rounds)
    func `one address becomes one account`(round: Int) async throws {
        let asking = Asking(number: round, email: "a@example.org")
        try await scratch.verify(asking)
        let store = store
        let count = try await winners { caller in
            try await store.register(Person(caller, email: asking.email).request(asking)) == .registered
        }
        #expect(count == 1)
        #expect(try scratch.count("account") == 1)
        #expect(try scratch.count("account_key") == 1)
    }

    @Test(arguments: 0..<rounds)
    func `one verification is used once even when its account is gone at once`(round: Int) async throws {
        let asking = Asking(number: round, email: "a@example.org")
        try await scratch.verify(asking)
        // Without the account the unique address is no obstacle: `used_at` alone decides.
        try await database.write {
            try $0.executeScript(
                """
                CREATE TRIGGER gone AFTER INSERT ON account_key
                BEGIN DELETE FROM account WHERE id = NEW.account_id; END
                """
            )
        }
        let store = store
        let count = try await winners { caller in
            try await store.register(Person(caller, email: asking.email).request(asking)) == .registered
        }
        #expect(count == 1)
    }

    @Test func `control: reading a verification first and writing then uses it many times`() async throws {
        let asking = Asking(number: 1, email: "a@example.org")
        try await scratch.verify(asking)
        let (database, id) = (database, SQLValue.text(asking.id))
        let count = try await winners { _ in
            let isFresh = try database.read { connection in
                try connection.first(
                    "SELECT 1 FROM email_verification WHERE id = $1 AND used_at IS NULL",
                    [id]
                ) { try $0.integer(0) } != nil
            }
            return try await database.write { connection in
                guard isFresh else { return false }
                return try connection.execute("UPDATE email_verification SET used_at = 1 WHERE id = $1", [id]) == 1
            }
        }
        #expect(count > 1)
    }

    @Test(arguments: 0..<rounds)
    func `one key belongs to one account`(round: Int) async throws {
        for caller in 0..<Self.callers {
            try await scratch.verify(Asking(number: caller, email: Person(caller).email))
        }
        let store = store
        let count = try await winners { caller in
            let person = Person(caller, thumbprint: "shared-\(round)")
            return try await store.register(person.request(Asking(number: caller, email: person.email))) == .registered
        }
        #expect(count == 1)
        #expect(try scratch.count("account") == 1)
    }

    @Test func `control: reading a key first and writing then gives it to many`() async throws {
        for caller in 0..<Self.callers {
            try await scratch.register(Person(caller))
        }
        let database = database
        let count = try await winners { caller in
            let isFree =
                try database.read { connection in
                    try connection.first("SELECT 1 FROM account_key WHERE thumbprint = 'shared'") { try $0.integer(0) }
                } == nil
            return try await database.write { connection in
                guard isFree else { return false }
                let sql = """
                    INSERT INTO account_key VALUES ('shared', $1, '04', 1)
                    ON CONFLICT (thumbprint) DO UPDATE SET account_id = excluded.account_id
                    """
                return try connection.execute(sql, [.text(Person(caller).id.description)]) == 1
            }
        }
        #expect(count > 1)
    }
}
