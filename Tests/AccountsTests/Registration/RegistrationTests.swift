import Cryptography
import JOSE
import TestSupport
import Testing

@testable import Accounts

/// Registration over the real stores.
struct RegistrationTests {
    static let email = EmailAddress("alice@example.org")!

    /// A registration over the database of `provider`, with limits.
    static func registration(_ provider: TestProvider, _ change: (inout RegistrationSettings) -> Void = { _ in })
        -> Registration
    {
        var settings = RegistrationSettings(baseURL: TestProvider.issuer)
        change(&settings)
        return Registration(
            store: provider.registrations,
            settings: settings,
            watchers: provider.watchers,
            random: provider.random,
            now: provider.clock.now
        )
    }

    static func token(_ asked: Registration.Asked) -> String { String(asked.verificationURL.suffix(36)) }

    static func key() throws -> AccountKey {
        let key = try TestKey.p256()
        return AccountKey(thumbprint: key.thumbprint, registeredForm: key.hexadecimal)
    }

    /// Registers Alice with a new key.
    static func register(
        _ registration: Registration,
        _ email: EmailAddress = email,
        token: String?,
        from address: String = "a"
    ) async throws -> Account.ID {
        try await registration.register(
            email: email,
            name: "Alice",
            keys: [key()],
            registrationToken: token,
            from: address
        )
    }

    @Test func `who asks gets a mail with a link, and a token of its own`() async throws {
        let provider = try await TestProvider()
        let asked = try await Self.registration(provider).ask(Self.email, from: "a")
        let due = try await provider.mails.due(at: provider.clock.now(), limit: 10)
        #expect(due.count == 1)
        #expect(due[0].mail.recipient == Self.email)
        #expect(due[0].mail.body.contains(asked.verificationURL))
        #expect(due[0].mail.body.contains("within 24 hours"))
        #expect(!due[0].mail.body.contains(asked.registrationToken))
        #expect(asked.verificationURL.hasPrefix("https://id.example.org/api/verify/"))
        #expect(UUIDv4(Self.token(asked)) != nil)
        #expect(asked.registrationToken.hasPrefix("martlet_rg_"))
    }

    @Test func `a link works once, within a day`() async throws {
        let provider = try await TestProvider()
        let registration = Self.registration(provider)
        let (first, second) = (
            try await registration.ask(Self.email, from: "a"), try await registration.ask(Self.email, from: "a")
        )
        #expect(try await !registration.isVerified(Self.email))
        #expect(try await registration.verify(Self.token(first)) == Self.email)
        #expect(try await registration.isVerified(Self.email))
        #expect(try await registration.verify(Self.token(first)) == nil)
        provider.clock.advance(by: 86_400)
        #expect(try await registration.verify(Self.token(second)) == nil)
        #expect(try await !registration.isVerified(Self.email))
    }

    @Test(arguments: ["", "x", "00000000-0000-4000-8000-000000000000", "A0000000-0000-4000-8000-000000000000"])
    func `a link that nobody was sent does nothing`(token: String) async throws {
        let provider = try await TestProvider()
        let registration = Self.registration(provider)
        _ = try await registration.ask(Self.email, from: "a")
        #expect(try await registration.verify(token) == nil)
        #expect(try await !registration.isVerified(Self.email))
    }

    struct Binding: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sendsToken: Bool?
        let address: String
        let isAdmitted: Bool
    }

    @Test(arguments: [
        Binding(testDescription: "the asker's token, its address", sendsToken: true, address: "a", isAdmitted: true),
        Binding(testDescription: "the asker's token, elsewhere", sendsToken: true, address: "b", isAdmitted: true),
        Binding(testDescription: "no token, the asker's address", sendsToken: nil, address: "a", isAdmitted: true),
        Binding(testDescription: "no token, elsewhere", sendsToken: nil, address: "b", isAdmitted: false),
        Binding(testDescription: "a wrong token, its address", sendsToken: false, address: "a", isAdmitted: false),
    ])
    func `only who asked may register the address`(case binding: Binding) async throws {
        let provider = try await TestProvider()
        let registration = Self.registration(provider)
        let asked = try await registration.ask(Self.email, from: "a")
        _ = try await registration.verify(Self.token(asked))
        let token = binding.sendsToken.map { $0 ? asked.registrationToken : "martlet_rg_wrong" }
        if binding.isAdmitted {
            let id = try await Self.register(registration, token: token, from: binding.address)
            #expect(UUIDv4(id.description) != nil)
            let account = try #require(try await provider.accounts.account(.email(EmailAddress("ALICE@example.org")!)))
            #expect(account.id == id)
            #expect(account.state == .active)
        } else {
            await #expect(throws: RegistrationError.notVerified) {
                try await Self.register(registration, token: token, from: binding.address)
            }
            #expect(try await provider.accounts.account(.email(EmailAddress("alice@example.org")!)) == nil)
        }
    }

    @Test func `without a link that was followed nothing is registered, and an address or key only once`() async throws
    {
        let provider = try await TestProvider()
        let registration = Self.registration(provider)
        let asked = try await registration.ask(Self.email, from: "a")
        await #expect(throws: RegistrationError.notVerified) {
            try await Self.register(registration, token: asked.registrationToken)
        }
        _ = try await registration.verify(Self.token(asked))
        let key = try Self.key()
        func register(_ email: EmailAddress, _ token: String) async throws {
            _ = try await registration.register(
                email: email,
                name: "A",
                keys: [key],
                registrationToken: token,
                from: "a"
            )
        }
        try await register(Self.email, asked.registrationToken)
        await #expect(throws: RegistrationError.emailTaken) {
            try await Self.register(registration, token: asked.registrationToken)
        }
        let bob = EmailAddress("bob@example.org")!
        let other = try await registration.ask(bob, from: "a")
        _ = try await registration.verify(Self.token(other))
        await #expect(throws: RegistrationError.keyTaken) { try await register(bob, other.registrationToken) }
        _ = try await Self.register(registration, bob, token: other.registrationToken)
    }

    @Test func `an address gets five mails an hour, however it is written`() async throws {
        let provider = try await TestProvider()
        let registration = Self.registration(provider)
        for number in 0..<5 {
            let written = number.isMultiple(of: 2) ? "alice@example.org" : "ALICE@EXAMPLE.ORG"
            _ = try await registration.ask(EmailAddress(written)!, from: "\(number)")
            provider.clock.advance(by: 60)
        }
        await #expect(throws: RegistrationError.limited(wait: 3300)) {
            try await registration.ask(Self.email, from: "z")
        }
        _ = try await registration.ask(EmailAddress("bob@example.org")!, from: "z")
        provider.clock.advance(by: 3301)
        _ = try await registration.ask(Self.email, from: "z")
        await #expect(throws: RegistrationError.self) { try await registration.ask(Self.email, from: "z") }
    }

    @Test(arguments: [3, nil])
    func `a network address registers three accounts an hour, unless limits are off`(limit: Int?) async throws {
        let provider = try await TestProvider()
        let registration = Self.registration(provider) { $0.registrationsPerAddress = limit }
        func register(_ number: Int, from address: String) async throws {
            let email = EmailAddress("user\(number)@example.org")!
            let asked = try await registration.ask(email, from: address)
            _ = try await registration.verify(Self.token(asked))
            _ = try await Self.register(registration, email, token: asked.registrationToken, from: address)
        }
        for number in 0..<3 { try await register(number, from: "a") }
        if limit == nil {
            try await register(3, from: "a")
            return
        }
        await #expect(throws: RegistrationError.limited(wait: 3600)) { try await register(3, from: "a") }
        try await register(4, from: "b")
        provider.clock.advance(by: 3601)
        try await register(5, from: "a")
    }

    /// The x coordinate 6 lies on P-256 and on secp256k1.
    @Test func `a compressed key on both curves is registered on both`() async throws {
        let provider = try await TestProvider()
        let text = "03" + String(repeating: "0", count: 63) + "6"
        let id = try await provider.register(.p256(), form: text)
        let account = try #require(try await provider.accounts.account(.id(Account.ID(id))))
        let expected = try RegisteredKey.all(in: text).map(\.thumbprint)
        #expect(expected.count == 2)
        #expect(Set(account.keys.map(\.thumbprint)) == Set(expected))
        #expect(account.keys.map(\.registeredForm) == [text, text])
    }
}
