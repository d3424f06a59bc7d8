import Accounts
import JOSE
import Storage
import TestSupport
import Testing

/// Accounts with a password: what a sign-up depends on is used up with it, or not at all.
struct SQLSignUpStoreTests {
    private let scratch: ScratchStores
    private var store: SQLSignUpStore { scratch.stores.signUps }
    private let key = AdminKey(random: SeededRandom(seed: 7))

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func account(_ number: Int, at seconds: Int64 = 0, roles: Set<Role> = [.guest]) -> Account {
        var account = Account(id: Person(number).id, name: "n\(number)", createdAt: scratch.now + seconds)
        account.username = Username("user\(number)")
        account.roles = roles
        return account
    }

    private func signUp(_ account: Account, _ condition: SignUpCondition? = nil) async throws -> SignUpRefusal? {
        try await store.signUp(account, password: "record", condition)
    }

    private var withKey: SignUpCondition { .adminKey(digest: key.digest) }

    @Test func `a sign-up files the account and its password`() async throws {
        #expect(try await signUp(account(1)) == nil)
        #expect(try scratch.stores.accounts.account(.username(Username("USER1")!))?.id == Person(1).id)
        #expect(try scratch.stores.accounts.passwordRecord(of: Person(1).id) == "record")
    }

    @Test func `a taken name is refused and files nothing`() async throws {
        #expect(try await signUp(account(1)) == nil)
        var second = account(2)
        second.username = Username("USER1")
        #expect(try await signUp(second, .fewer(than: 30, from: "192.0.2.1")) == .usernameTaken)
        #expect(try store.refusal(of: second, nil) == .usernameTaken)
        #expect(try scratch.count("account") == 1)
        #expect(try scratch.count("registration_event") == 0)
    }

    @Test func `sign-ups of a network are counted for an hour, and apart from registrations of keys`() async throws {
        let condition = SignUpCondition.fewer(than: 2, from: "192.0.2.1")
        try await scratch.register(Person(50))
        #expect(try await signUp(account(1), condition) == nil)
        #expect(try await signUp(account(2, at: 1), condition) == nil)
        #expect(try await signUp(account(3, at: 2), condition) == .limited(oldest: scratch.now))
        #expect(try store.refusal(of: account(3, at: 2), condition) == .limited(oldest: scratch.now))
        #expect(try await signUp(account(4), .fewer(than: 2, from: "192.0.2.2")) == nil)
        #expect(try await signUp(account(5)) == nil)
        #expect(try await signUp(account(6, at: 3601), condition) == nil)
        #expect(try await scratch.register(Person(51)) == .registered)
    }

    @Test func `the first key is filed once, and not beside an administrator`() async throws {
        #expect(try await store.fileFirst(key, at: scratch.now))
        #expect(try await !store.fileFirst(AdminKey(random: SeededRandom(seed: 8)), at: scratch.now))
        let other = try await ScratchStores()
        _ = try await other.stores.signUps.signUp(account(1, roles: [.admin]), password: "record", nil)
        #expect(try await !other.stores.signUps.fileFirst(key, at: scratch.now))
    }

    @Test func `a key is good once`() async throws {
        #expect(try await signUp(account(1), withKey) == .adminKeyUnknown)
        #expect(try await store.fileFirst(key, at: scratch.now))
        #expect(try await signUp(account(1), withKey) == nil)
        #expect(try await signUp(account(2), withKey) == .adminKeyUnknown)
        #expect(try store.refusal(of: account(2), withKey) == .adminKeyUnknown)
        #expect(try scratch.count("account") == 1)
    }

    @Test func `a sign-up that fails leaves the key good`() async throws {
        #expect(try await signUp(account(1)) == nil)
        #expect(try await store.fileFirst(key, at: scratch.now))
        #expect(try await signUp(account(1), withKey) == .usernameTaken)
        var known = account(1)
        known.username = Username("another")
        await #expect(throws: DatabaseError.self) { try await signUp(known, withKey) }
        #expect(try await signUp(account(2), withKey) == nil)
    }

    @Test func `of many set-ups at once one wins`() async throws {
        #expect(try await store.fileFirst(key, at: scratch.now))
        let outcomes = try await withThrowingTaskGroup(of: SignUpRefusal?.self) { group in
            for number in 1...40 { group.addTask { try await signUp(account(number), withKey) } }
            return try await group.reduce(into: [SignUpRefusal?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.count { $0 == .adminKeyUnknown } == 39)
        #expect(try scratch.count("account") == 1)
    }

    @Test func `a new key takes the place of the one before`() async throws {
        #expect(try await store.fileFirst(key, at: scratch.now))
        let second = AdminKey(random: SeededRandom(seed: 8))
        try await store.file(second, at: scratch.now)
        #expect(try await signUp(account(1), withKey) == .adminKeyUnknown)
        #expect(try await signUp(account(1), .adminKey(digest: second.digest)) == nil)
    }
}
