@testable import Accounts
import JOSE
import Provider
import Storage
import Testing

struct SQLRegistrationStoreTests {
    private let scratch: ScratchStores
    private var store: SQLRegistrationStore { scratch.stores.registrations }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
    }

    @Test func `asking files the verification and its mail together`() async throws {
        #expect(try await scratch.ask(Asking(number: 1, email: "a@example.org")) == nil)
        #expect(try scratch.count("email_verification") == 1)
        #expect(try scratch.stores.mails.due(at: now, limit: 9).map(\.mail.id) == ["mail-1000001"])
    }

    @Test func `a mail that cannot be filed takes its verification with it`() async throws {
        try await scratch.ask(Asking(number: 1, email: "a@example.org"))
        try await scratch.stores.database.write { try $0.execute("DELETE FROM email_verification") }
        await #expect(throws: DatabaseError.self) { try await scratch.ask(Asking(number: 1, email: "b@example.org")) }
        #expect(try scratch.count("email_verification") == 0)
    }

    /// What was asked before (address, seconds ago), the limit, and whether the next for `A@example.org` is refused.
    static let asked: [(before: [(String, Int64)], limit: Int?, oldest: Int64?)] = [
        ([], 1, nil),
        ([("a@example.org", 10)], 1, 10),
        ([("a@example.org", 10)], 2, nil),
        ([("a@example.org", 30), ("A@EXAMPLE.org", 20)], 2, 30),
        ([("b@example.org", 30), ("a@example.org", 20)], 2, nil),
        ([("a@example.org", 3600), ("a@example.org", 20)], 2, 3600),
        ([("a@example.org", 3601), ("a@example.org", 20)], 2, nil),
        ([("a@example.org", 1), ("a@example.org", 1)], nil, nil),
        ([], 0, 0),
    ]

    @Test(arguments: asked.indices)
    func `mails to one address are limited`(index: Int) async throws {
        let (before, limit, oldest) = Self.asked[index]
        for (number, (email, age)) in before.enumerated() {
            try await scratch.ask(Asking(number: number, email: email, createdAt: now - age))
        }
        let answer = try await scratch.ask(Asking(number: 99, email: "A@example.org"), limit: limit)
        #expect(answer == oldest.map { now - $0 })
        let filed = before.count + (oldest == nil ? 1 : 0)
        #expect(try scratch.count("email_verification") == Int64(filed))
        #expect(try scratch.count("mail") == Int64(filed))
    }

    @Test func `a link works once`() async throws {
        let asking = Asking(number: 1, email: "A@Example.org")
        try await scratch.ask(asking)
        #expect(try await store.verify(tokenDigest: asking.registrationDigest, at: now) == nil)
        #expect(try store.isVerified(EmailAddress("a@example.org")!, at: now) == false)
        #expect(try await store.verify(tokenDigest: asking.tokenDigest, at: now)?.description == "A@example.org")
        #expect(try store.isVerified(EmailAddress("a@example.org")!, at: now))
        #expect(try await store.verify(tokenDigest: asking.tokenDigest, at: now) == nil)
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func `a link works until it expires`(seconds: Int64, works: Bool) async throws {
        let asking = Asking(number: 1, email: "a@example.org")
        try await scratch.ask(asking)
        let time = now + (ScratchStores.day + seconds)
        #expect((try await store.verify(tokenDigest: asking.tokenDigest, at: time) != nil) == works)
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func `a verified address stays so until the verification expires`(seconds: Int64, isVerified: Bool) async throws {
        let asking = Asking(number: 1, email: "a@example.org")
        try await scratch.verify(asking)
        let time = now + (ScratchStores.day + seconds)
        #expect(try store.isVerified(asking.verification.email, at: time) == isVerified)
        let outcome = try await store.register(Person(1, email: asking.email).request(asking, at: time))
        #expect(outcome == (isVerified ? .registered : .notVerified))
    }

    /// How the one who registers differs from the one who asked and verified, and what comes of it.
    static let askers: [(digest: [UInt8]?, address: String, email: String, outcome: RegistrationOutcome)] = [
        (Asking.digest(2, 1), "192.0.2.1", "a@example.org", .registered),
        (Asking.digest(2, 1), "192.0.2.1", "A@EXAMPLE.ORG", .registered),
        (Asking.digest(2, 1), "198.51.100.7", "a@example.org", .registered),
        (nil, "192.0.2.1", "a@example.org", .registered),
        (nil, "198.51.100.7", "a@example.org", .notVerified),
        (Asking.digest(2, 2), "192.0.2.1", "a@example.org", .notVerified),
        (Asking.digest(1, 1), "192.0.2.1", "a@example.org", .notVerified),
        ([], "192.0.2.1", "a@example.org", .notVerified),
        (Asking.digest(2, 1), "192.0.2.1", "b@example.org", .notVerified),
    ]

    @Test(arguments: askers.indices)
    func `only the asker registers a verified address`(index: Int) async throws {
        let (digest, address, email, outcome) = Self.askers[index]
        try await scratch.verify(Asking(number: 1, email: "a@example.org"))
        let request = Person(1, email: email).request(digest: digest, from: address)
        #expect(try await store.register(request) == outcome)
        #expect(try scratch.count("account") == (outcome == .registered ? 1 : 0))
    }

    @Test func `an address that is not verified is not registered`() async throws {
        let asking = Asking(number: 1, email: "a@example.org")
        #expect(try await store.register(Person(1, email: asking.email).request(asking)) == .notVerified)
        try await scratch.ask(asking)
        #expect(try await store.register(Person(1, email: asking.email).request(asking)) == .notVerified)
    }

    @Test func `a registered account is there with its key, its address verified`() async throws {
        #expect(try await scratch.register(Person(1)) == .registered)
        let account = try #require(try scratch.stores.accounts.account(.email(EmailAddress("person.1@EXAMPLE.org")!)))
        #expect(account.id == Person(1).id)
        #expect(account.keys.map(\.thumbprint) == ["thumbprint-1"])
        #expect(account.keys.map(\.registeredForm) == ["04-1"])
        let subject = try #require(try scratch.stores.subjects.key(thumbprint: "thumbprint-1")).subject
        #expect(subject.isEmailVerified && subject.isActive && subject.generation == 0)
    }

    @Test func `a taken address is told to its owner alone`() async throws {
        try await scratch.register(Person(1))
        let again = Asking(number: 2, email: Person(1).email)
        let other = Person(2, email: again.email)
        try await scratch.ask(again)
        #expect(try await store.register(other.request(digest: again.registrationDigest, from: "x")) == .notVerified)
        try await scratch.verify(Asking(number: 3, email: again.email))
        #expect(try await store.register(other.request(digest: Asking.digest(2, 3), from: "x")) == .emailTaken)
    }

    @Test func `a key belongs to one account, and the verification survives the refusal`() async throws {
        try await scratch.register(Person(1))
        #expect(try await scratch.register(Person(2, thumbprint: "thumbprint-1")) == .keyTaken)
        #expect(try scratch.count("account") == 1)
        let asking = Asking(number: 2, email: Person(2).email)
        #expect(try await store.register(Person(2).request(asking)) == .registered)
    }

    /// Ages in seconds of earlier registrations from the address, the limit, and the age that the refusal names.
    static let registrations: [(ages: [Int64], limit: Int?, oldest: Int64?)] = [
        ([], 1, nil), ([5], 1, 5), ([5], 2, nil), ([3600, 5], 2, 3600), ([3601, 5], 2, nil), ([5, 4, 3], nil, nil),
    ]

    @Test(arguments: registrations.indices)
    func `registrations of one network address are limited`(index: Int) async throws {
        let (ages, limit, oldest) = Self.registrations[index]
        for (number, age) in ages.enumerated() {
            let asking = Asking(number: number, email: Person(number).email, createdAt: now - age)
            try await scratch.verify(asking)
            let outcome = try await store.register(Person(number).request(asking, at: now - age))
            #expect(outcome == .registered)
        }
        let asking = Asking(number: 50, email: Person(50).email)
        try await scratch.verify(asking)
        let outcome = try await store.register(Person(50).request(asking, limit: limit))
        #expect(outcome == (oldest.map { .limited(oldest: now - $0) } ?? .registered))
        let elsewhere = Person(50).request(digest: asking.registrationDigest, from: "198.51.100.7", limit: limit)
        #expect(try await store.register(elsewhere) == (oldest == nil ? .emailTaken : .registered))
    }

    @Test func `a deleted account needs a new verification`() async throws {
        let person = Person(1)
        try await scratch.register(person)
        // Verified as well and never used: it must not bring the account back either.
        let spare = Asking(number: 7, email: person.email)
        try await scratch.verify(spare)
        #expect(try await scratch.stores.accounts.delete(person.id))
        let used = Asking(number: 1, email: person.email)
        for asking in [used, spare] {
            #expect(try await store.register(Person(2, email: person.email).request(asking)) == .notVerified)
        }
        let fresh = Asking(number: 8, email: person.email)
        #expect(try await scratch.ask(fresh, limit: 2) == now)
        try await scratch.verify(fresh)
        #expect(try await store.register(Person(2, email: person.email).request(fresh)) == .registered)
    }

    @Test func `a used verification makes no second account`() async throws {
        let asking = Asking(number: 1, email: Person(1).email)
        try await scratch.register(Person(1))
        // The account vanishes without `delete`, so that only `used_at` stands in the way.
        try await scratch.stores.database.write { try $0.execute("DELETE FROM account") }
        #expect(try await store.register(Person(2, email: asking.email).request(asking)) == .notVerified)
    }

    @Test func `the id of a deleted account is never given again`() async throws {
        try await scratch.register(Person(1))
        #expect(try await scratch.stores.accounts.delete(Person(1).id))
        let asking = Asking(number: 2, email: Person(2).email)
        try await scratch.verify(asking)
        let request = RegistrationRequest(
            account: Person(1).account(at: now),
            email: asking.verification.email,
            registrationDigest: asking.registrationDigest,
            askedFrom: "x",
            now: now + 60,
            limit: nil
        )
        let violation = ConstraintViolation(kind: .primaryKey, columns: ["former_account.id"])
        await #expect(throws: DatabaseError.constraint(violation)) { try await store.register(request) }
        #expect(try scratch.count("account") == 0)
        #expect(try await store.register(Person(2).request(asking)) == .registered)
    }
}
