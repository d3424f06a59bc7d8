@testable import Accounts
import JOSE
import Provider
import Storage
import TestSupport
import Testing

struct SQLActivationStoreTests {
    private let scratch: ScratchStores
    private var stores: Stores { scratch.stores }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func request(
        _ number: Int,
        username: String? = nil,
        email: String? = nil,
        mails: AskingLimits? = nil,
        limit: Int? = nil
    ) -> ActivationRequest {
        let address = EmailAddress(email ?? "person.\(number)@example.org")!
        var account = Account(id: Person(number).id, name: "Name \(number)", createdAt: now)
        account.username = Username(username ?? "person\(number)")
        account.email = address
        account.isActivated = false
        account.profile = ProfileParts(client: ["age": 21])
        let token = AccountToken(
            .confirmEmail,
            id: "token-\(number)",
            account: account.id,
            digest: Asking.digest(3, number),
            email: address,
            origin: .init(address: "192.0.2.1", time: now, expiry: now + ScratchStores.day)
        )
        let mail = Mail(id: token.id, recipient: address, subject: "s", body: "b")
        return ActivationRequest(account: account, token: token, mail: mail, mails: mails, limit: limit)
    }

    private func register(_ request: ActivationRequest) async throws -> ActivationRefusal? {
        try await stores.activations.register(request, password: "record")
    }

    private func counts() throws -> [Int64?] {
        try ["account", "password", "account_token", "mail", "registration_event"].map { try scratch.count($0) }
    }

    @Test func `account, password, token, mail and count are filed together`() async throws {
        #expect(try await register(request(1)) == nil)
        #expect(try counts() == [1, 1, 1, 1, 1])
        let account = try #require(try stores.accounts.account(.id(Person(1).id)))
        #expect(!account.isActivated && !account.isEmailVerified && account.profile.client == ["age": 21])
        #expect(try stores.subjects.subject(Subject.ID(Person(1).id.description))?.isActive == false)
    }

    @Test func `a warning is mailed in the place of an account whose address is taken, and counted`() async throws {
        #expect(try await register(request(1)) == nil)
        var second = request(2, email: "PERSON.1@example.org")
        second.warning = Mail(id: "token-2", recipient: second.token.email, subject: "w", body: "b")
        #expect(try await register(second) == .emailTaken)
        #expect(try counts() == [1, 1, 2, 2, 2])
        #expect(try await stores.accountTokens.confirm(second.token.digest, [.confirmEmail], at: now) == nil)
        #expect(try await stores.accountTokens.confirm(request(1).token.digest, [.confirmEmail], at: now) != nil)
        var third = request(3, username: "person1")
        third.warning = second.warning
        #expect(try await register(third) == .usernameTaken)
        #expect(try counts() == [1, 1, 2, 2, 2])
    }

    @Test func `what is taken is told, and nothing is written`() async throws {
        #expect(try await register(request(1)) == nil)
        #expect(try await register(request(2, username: "PERSON1")) == .usernameTaken)
        #expect(try await register(request(2, email: "Person.1@example.org")) == .emailTaken)
        #expect(try stores.activations.refusal(of: request(2, username: "person1")) == .usernameTaken)
        #expect(try counts() == [1, 1, 1, 1, 1])
    }

    @Test func `what goes wrong on the way leaves nothing behind`() async throws {
        #expect(try await register(request(1)) == nil)
        // The second has a token of the same digest: the account and its password are written before that is found.
        var second = request(2)
        second = ActivationRequest(
            account: second.account,
            token: AccountToken(
                .confirmEmail,
                id: "token-2",
                account: second.account.id,
                digest: request(1).token.digest,
                email: second.token.email,
                origin: .init(address: "192.0.2.1", time: now, expiry: now + 60)
            ),
            mail: second.mail,
            mails: nil,
            limit: nil
        )
        await #expect(throws: DatabaseError.self) { try await register(second) }
        #expect(try counts() == [1, 1, 1, 1, 1])
    }

    @Test func `the limits of registrations and of mails`() async throws {
        #expect(try await register(request(1, limit: 2)) == nil)
        #expect(try await register(request(2, limit: 2)) == nil)
        #expect(try await register(request(3, limit: 2)) == .limited(oldest: now))
        #expect(try await register(request(3, mails: AskingLimits(perEmail: 5, perAsker: 2))) == .limited(oldest: now))
        #expect(try await register(request(3, mails: AskingLimits(perEmail: 5, perAsker: 3), limit: 3)) == nil)
    }

    @Test func `the token activates once`() async throws {
        _ = try await register(request(1))
        let digest = request(1).token.digest
        let tokens = stores.accountTokens
        #expect(try await tokens.confirm(digest, [.confirmEmail], at: now + ScratchStores.day) == nil)
        #expect(try await tokens.confirm(digest, [.confirmEmail], at: now) == Person(1).id)
        let account = try #require(try stores.accounts.account(.id(Person(1).id)))
        #expect(account.isActivated && account.isEmailVerified)
        #expect(try await tokens.confirm(digest, [.confirmEmail], at: now) == nil)
    }

    @Test func `an account that waited in vain is swept, and its names are free again`() async throws {
        _ = try await register(request(1))
        _ = try await register(request(2))
        _ = try await stores.accountTokens.confirm(request(2).token.digest, [.confirmEmail], at: now)
        try await stores.sweep(at: now + Activation.patience - 1)
        #expect(try scratch.count("account") == 2)
        try await stores.sweep(at: now + Activation.patience)
        #expect(try stores.accounts.account(.id(Person(1).id)) == nil)
        #expect(try stores.accounts.account(.id(Person(2).id)) != nil)
        #expect(try scratch.count("former_account") == 1)
        #expect(try await register(request(3, username: "person1", email: "person.1@example.org")) == nil)
    }

    @Test func `a session of an account that waits is dead`() async throws {
        _ = try await register(request(1))
        let account = try #require(try stores.accounts.account(.id(Person(1).id)))
        #expect(account.state == .active)
        let life = SignIn(Person(1), 1)
        try await scratch.begin(life)
        #expect(try await scratch.life(of: life) == .none)
    }
}
