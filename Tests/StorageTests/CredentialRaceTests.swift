import Accounts
import Cryptography
import JOSE
import Provider
import Storage
import Testing

/// Many callers at once want what only one may have; all are queued before the first commit. The controls take the single
/// statement apart on purpose and fail when they stop seeing the fork.
struct CredentialRaceTests {
    private static let rounds = 20

    private let scratch: ScratchStores
    private var database: Database { scratch.stores.database }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
        try await scratch.register(Person(1))
    }

    /// What each of so many callers gets.
    private func race<Value: Sendable>(
        _ callers: Int,
        _ attempt: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        let gate = Gate()
        #expect(gate.hold(database))
        return try await withThrowingTaskGroup(of: Value.self) { group in
            for caller in 0..<callers {
                group.addTask { try await attempt(caller) }
            }
            await database.untilWaiting(callers)
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// What 50 callers at once are told who present one refresh token.
    private func rotations(of sign: SignIn, _ round: Int, grace: Int64) async throws -> [Rotation] {
        let store = scratch.stores.refreshTokens
        return try await race(50) { caller in
            try await store.rotate(
                sign.refresh,
                to: SignIn.successor(3, round * 100 + caller, expiry: sign.expiry),
                grace: grace,
                at: ScratchStores.now
            )
        }
    }

    @Test(arguments: 0..<rounds)
    func `one refresh token has one successor, which all get within the grace`(round: Int) async throws {
        let sign = SignIn(Person(1), round)
        try await scratch.begin(sign)
        let rotations = try await rotations(of: sign, round, grace: 10)
        let successors = Set(rotations.map { $0.successor?.string })
        #expect(rotations.count == 50 && successors.count == 1 && !successors.contains(nil))
        #expect(try scratch.count("refresh_token") == 2)
        #expect(try scratch.stores.sessions.session(sign.id, at: now) != nil)
    }

    @Test(arguments: 0..<rounds)
    func `without a grace one caller wins, and the reuse ends the session`(round: Int) async throws {
        let sign = SignIn(Person(1), round)
        try await scratch.begin(sign)
        let rotations = try await rotations(of: sign, round, grace: 0)
        #expect(rotations.count { $0.successor != nil } == 1)
        #expect(rotations.count { $0.isReused } == 1)
        #expect(rotations.count { $0.isInvalid } == 48)
        #expect(try scratch.stores.sessions.session(sign.id, at: now) == nil)
    }

    @Test func `control: reading a refresh token first and writing then forks the family`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        let (database, id) = (database, SQLValue.text(sign.refresh.id.string))
        let forks = try await race(50) { caller in
            let isFresh =
                try database.read { connection in
                    let sql = "SELECT 1 FROM refresh_token WHERE id = $1 AND used_at IS NULL"
                    return try connection.first(sql, [id]) { try $0.integer(0) }
                } != nil
            return try await database.write { connection in
                guard isFresh else { return false }
                let successor = SignIn.refresh(3, caller)
                try connection.execute(
                    "UPDATE refresh_token SET used_at = 1, successor_id = $2 WHERE id = $1",
                    [id, .text(successor.id.string)]
                )
                return try connection.execute(
                    "INSERT INTO refresh_token VALUES ($1, $2, $3, 9999999999999, NULL, NULL)",
                    [.text(successor.id.string), .text(sign.id.description), .blob(successor.digest)]
                ) == 1
            }
        }
        #expect(forks.count { $0 } > 1)
        #expect(try (scratch.count("refresh_token") ?? 0) > 2)
    }

    private func file(_ purpose: AccountToken.Purpose, _ number: Int) async throws -> [UInt8] {
        let digest = Asking.digest(7, number)
        let token = AccountToken(
            purpose,
            id: "token-\(number)",
            account: Person(1).id,
            digest: digest,
            email: try #require(EmailAddress(Person(1).email)),
            origin: .init(address: "a", time: now, expiry: now + 3600)
        )
        let filing = try await scratch.stores.accountTokens.file(token, mail: nil, limits: nil, since: now)
        #expect(filing == .filed)
        return digest
    }

    @Test(arguments: 0..<rounds)
    func `one recovery token sets one password`(round: Int) async throws {
        let digest = try await file(.recoverPassword, round)
        let store = scratch.stores.accountTokens
        let wins = try await race(200) { caller in
            try await store.recover(digest, record: "record \(caller)", at: ScratchStores.now) == nil ? nil : caller
        }
        let winners = wins.compactMap { $0 }
        #expect(winners.count == 1)
        let record = try scratch.stores.accounts.passwordRecord(of: Person(1).id)
        #expect(record == winners.first.map { "record \($0)" })
    }

    @Test(arguments: 0..<rounds)
    func `one confirmation token confirms once`(round: Int) async throws {
        let digest = try await file(.confirmEmail, round)
        let store = scratch.stores.accountTokens
        let wins = try await race(200) { _ in
            try await store.confirm(digest, [.confirmEmail, .changeEmail], at: ScratchStores.now) != nil
        }
        #expect(wins.count { $0 } == 1)
    }

    @Test func `control: reading a one-time token first and writing then uses it many times`() async throws {
        let digest = SQLValue.blob(try await file(.recoverPassword, 1))
        let database = database
        let wins = try await race(200) { _ in
            let isFresh =
                try database.read { connection in
                    let sql = "SELECT 1 FROM account_token WHERE digest = $1 AND used_at IS NULL"
                    return try connection.first(sql, [digest]) { try $0.integer(0) }
                } != nil
            return try await database.write { connection in
                guard isFresh else { return false }
                return try connection.execute("UPDATE account_token SET used_at = 1 WHERE digest = $1", [digest]) == 1
            }
        }
        #expect(wins.count { $0 } > 1)
    }

    @Test(arguments: 0..<rounds)
    func `one username belongs to one account`(round: Int) async throws {
        let store = scratch.stores.accounts
        let outcomes = try await race(200) { caller in
            var account = Account(id: Person(1000 + caller).id, name: "N", createdAt: ScratchStores.now)
            account.username = Username(caller.isMultiple(of: 2) ? "ada\(round)" : "ADA\(round)")
            return try await store.insert(account, password: nil)
        }
        #expect(outcomes.count { $0 == .inserted } == 1)
        #expect(outcomes.count { $0 == .usernameTaken } == 199)
    }

    @Test(arguments: 0..<rounds)
    func `a session that begins while all are ended is dead or was begun afterwards`(round: Int) async throws {
        let (store, accounts, scratch) = (scratch.stores.sessions, scratch.stores.accounts, scratch)
        _ = try await race(40) { caller in
            if caller.isMultiple(of: 8) {
                _ = try await accounts.setState(.blocked, of: Person(1).id)
            } else {
                try await store.begin(SignIn(Person(1), round * 100 + caller).session, tokens: [])
            }
        }
        for caller in 0..<40 {
            #expect(try store.session(SignIn(Person(1), round * 100 + caller).id, at: scratch.now) == nil)
        }
    }
}
