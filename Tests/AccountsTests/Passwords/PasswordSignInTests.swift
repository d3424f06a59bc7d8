@testable import Accounts
import Cryptography
import JOSE
import Storage
import Synchronization
import TestSupport
import Testing

struct PasswordSignInTests {
    private let scratch: ScratchAccounts

    init() async throws {
        scratch = try await ScratchAccounts()
        try await scratch.account("ada")
    }

    private func outcome(
        _ service: PasswordSignInService,
        _ name: String,
        _ password: String = "correct horse",
        from address: String = "a"
    ) async throws -> String {
        let identifier = try #require(AccountIdentifier(name))
        switch try await service.signIn(identifier, password: try #require(Password(typed: password)), from: address) {
        case .signedIn(let account): return account.username?.description ?? "?"
        case .wrong: return "wrong"
        case .blocked: return "blocked"
        case .notActivated: return "not activated"
        case .limited(let wait): return "wait \(wait)"
        }
    }

    static let tries: [(String, String, String)] = [
        ("ada", "correct horse", "ada"), ("ADA", "correct horse", "ada"), ("Ada@Example.org", "correct horse", "ada"),
        ("ada", "correct horsf", "wrong"), ("ada", "Correct horse", "wrong"), ("bob", "correct horse", "wrong"),
        ("bob@example.org", "correct horse", "wrong"), ("nopass", "correct horse", "wrong"), ("nopass", "x", "wrong"),
        ("blocked", "correct horse", "blocked"), ("blocked", "wrong", "wrong"),
        ("waiting", "correct horse", "not activated"), ("waiting", "wrong", "wrong"),
        ("gone", "correct horse", "wrong"),
    ]

    @Test(arguments: tries.indices)
    func `only the right password of an account signs in`(index: Int) async throws {
        try await scratch.account("nopass", password: nil)
        let blocked = try await scratch.account("blocked")
        #expect(try await scratch.stores.accounts.setState(.blocked, of: blocked.id))
        let waiting = try await scratch.account("waiting")
        _ = try await scratch.stores.accounts.update(waiting.id, at: scratch.clock.now()) { $0.isActivated = false }
        #expect(try await scratch.stores.accounts.delete(try await scratch.account("gone").id))
        let (name, password, expected) = Self.tries[index]
        #expect(try await outcome(scratch.signIn(), name, password) == expected)
    }

    @Test func `a sign-in is noted, a failure is not`() async throws {
        let account = try #require(try scratch.stores.accounts.account(.username(Username("ada")!)))
        scratch.clock.advance(by: 50)
        _ = try await outcome(scratch.signIn(), "ada", "another")
        #expect(try scratch.account(account.id)?.lastSignIn == nil)
        _ = try await outcome(scratch.signIn(), "ada")
        #expect(try scratch.account(account.id)?.lastSignIn == scratch.clock.now())
    }

    @Test func `ten failures a minute, then even the right password waits`() async throws {
        let service = scratch.signIn()
        for _ in 0..<10 { #expect(try await outcome(service, "ada", "wrong") == "wrong") }
        #expect(try await outcome(service, "ADA", "wrong") == "wait 60")
        #expect(try await outcome(service, "ada") == "wait 60")
        #expect(try await outcome(service, "ada", from: "b") == "ada")
        #expect(try await outcome(service, "bob") == "wrong")
        scratch.clock.advance(by: 59)
        #expect(try await outcome(service, "ada") == "wait 1")
        scratch.clock.advance(by: 1)
        #expect(try await outcome(service, "ada") == "ada")
    }

    @Test func `an account that does not exist is limited like one that does`() async throws {
        let service = scratch.signIn()
        for _ in 0..<10 { #expect(try await outcome(service, "nobody") == "wrong") }
        #expect(try await outcome(service, "nobody") == "wait 60")
    }

    @Test func `successes are not counted`() async throws {
        let service = scratch.signIn(SignInLimits(perAccount: 3, perAddress: 3))
        for _ in 0..<20 { #expect(try await outcome(service, "ada") == "ada") }
        for _ in 0..<2 { #expect(try await outcome(service, "ada", "wrong") == "wrong") }
        #expect(try await outcome(service, "ada") == "ada")
    }

    @Test func `one address that tries many accounts waits, others do not`() async throws {
        let service = scratch.signIn()
        for number in 0..<100 { #expect(try await outcome(service, "user\(number)") == "wrong") }
        #expect(try await outcome(service, "ada") == "wait 60")
        #expect(try await outcome(service, "ada", from: "b") == "ada")
    }

    @Test func `control: without limits nobody waits`() async throws {
        let service = scratch.signIn(nil)
        for _ in 0..<120 { #expect(try await outcome(service, "ada", "wrong") == "wrong") }
        #expect(try await outcome(service, "ada") == "ada")
    }

    @Test func `guesses made at the same time are counted like guesses made in turn`() async throws {
        // All have passed the first look at the limit before one is checked; the right one is the last of the line.
        let hashing = HeldHashing(calls: 50, scratch.hashing)
        let service = PasswordSignInService(accounts: scratch.stores.accounts, hashing: hashing, now: scratch.clock.now)
        let ada = AccountIdentifier.username(try #require(Username("ada")))
        let wrong = try #require(Password(typed: "wrong"))
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    if case .limited = try await service.signIn(ada, password: wrong, from: "a") { true } else { false }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes > 0)
        #expect(try await outcome(service, "ada") == "wait 60")
    }

    @Test func `an imported record is upgraded at the next sign-in, and only by the right password`() async throws {
        let account = try await scratch.account("imported", password: nil)
        let store = scratch.stores.accounts
        let weak = try PasswordHash(parameters: Argon2idParameters(memory: 8, passes: 1), random: scratch.random)
            .record(of: Array("correct horse".utf8))
        #expect(
            try await store.setPassword(weak, of: account.id, endsOthers: false, except: nil, at: scratch.clock.now())
        )
        let session = try await scratch.session(of: account)
        #expect(try await outcome(scratch.signIn(), "imported", "wrong") == "wrong")
        #expect(try store.passwordRecord(of: account.id) == weak)
        #expect(try await outcome(scratch.signIn(), "imported") == "imported")
        let fresh = try #require(try store.passwordRecord(of: account.id))
        #expect(fresh != weak && fresh.contains("m=64,"))
        #expect(try await outcome(scratch.signIn(), "imported") == "imported")
        #expect(try store.passwordRecord(of: account.id) == fresh)
        #expect(try scratch.isAlive(session))
    }

    @Test func `a sign-in that cannot be hashed says so and counts nothing`() async throws {
        let full = PasswordHashingPool(
            PasswordHash(parameters: ScratchAccounts.cheap, random: scratch.random),
            threads: 1,
            waitingLimit: 0
        )
        let service = PasswordSignInService(
            accounts: scratch.stores.accounts,
            hashing: full,
            limits: SignInLimits(perAccount: 1, perAddress: 1),
            now: scratch.clock.now
        )
        for _ in 0..<3 {
            await #expect(throws: PasswordError.busy(retryAfter: 2)) { try await outcome(service, "ada") }
        }
    }

    @Test func `an unknown account costs a hashing, as a known one does`() async throws {
        let counting = CountingHashing(scratch.hashing)
        let service = PasswordSignInService(
            accounts: scratch.stores.accounts,
            hashing: counting,
            now: scratch.clock.now
        )
        try await scratch.account("nopass", password: nil)
        for name in ["ada", "nobody", "nopass"] { #expect(try await outcome(service, name, "wrong") == "wrong") }
        #expect(counting.verified.withLock { $0 } == 3)
    }
}

/// Counts the checks of passwords.
private final class CountingHashing: PasswordHashing {
    let verified = Mutex(0)
    private let other: any PasswordHashing

    init(_ other: any PasswordHashing) {
        self.other = other
    }

    func hash(_ password: Password) async throws -> String { try await other.hash(password) }

    func verify(_ password: Password, against record: String?) async throws -> PasswordVerdict {
        verified.withLock { $0 += 1 }
        return try await other.verify(password, against: record)
    }
}

/// Answers no check before so many are asked for.
private final class HeldHashing: PasswordHashing {
    private let missing: Mutex<Int>
    private let other: any PasswordHashing

    init(calls: Int, _ other: any PasswordHashing) {
        missing = Mutex(calls)
        self.other = other
    }

    func hash(_ password: Password) async throws -> String { try await other.hash(password) }

    func verify(_ password: Password, against record: String?) async throws -> PasswordVerdict {
        missing.withLock { $0 -= 1 }
        while missing.withLock({ $0 > 0 }) { await Task.yield() }
        return try await other.verify(password, against: record)
    }
}
