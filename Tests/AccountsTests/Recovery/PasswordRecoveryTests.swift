@testable import Accounts
import Cryptography
import JOSE
import Storage
import TestSupport
import Testing

struct PasswordRecoveryTests {
    private let scratch: ScratchAccounts
    private let ada: Account
    private let address: EmailAddress

    init() async throws {
        scratch = try await ScratchAccounts()
        ada = try await scratch.account("ada")
        address = try #require(EmailAddress("ada@example.org"))
    }

    private func signsIn(_ password: String) async throws -> Bool {
        let name = AccountIdentifier.username(try #require(Username("ada")))
        let outcome = try await scratch.signIn(nil).signIn(
            name,
            password: try #require(Password(typed: password)),
            from: "z"
        )
        if case .signedIn = outcome { return true } else { return false }
    }

    private func token() async throws -> String {
        try await scratch.recovery.recover(address, from: "a")
        return try #require(try scratch.tokens(to: "ada@example.org").last)
    }

    private func set(_ password: String, _ token: String) async throws -> Account.ID? {
        try await scratch.recovery.setPassword(try Password(new: password), with: token)
    }

    @Test func `a link sets a new password and ends every session`() async throws {
        let session = try await scratch.session(of: ada)
        let token = try await token()
        #expect(try scratch.isAlive(session))
        for _ in 0..<2 { #expect(try await scratch.recovery.isAlive(token)) }
        #expect(try await set("plum tart 7", token) == ada.id)
        #expect(try !scratch.isAlive(session))
        #expect(try await signsIn("plum tart 7"))
        #expect(try await !signsIn("correct horse"))
        #expect(try scratch.account(ada.id)?.isEmailVerified == true)
    }

    @Test func `a token works once`() async throws {
        let token = try await token()
        #expect(try await set("plum tart 7", token) != nil)
        #expect(try await set("plum tart 8", token) == nil)
        #expect(try await !scratch.recovery.isAlive(token))
        #expect(try await signsIn("plum tart 7"))
    }

    enum Spoiling: String, CaseIterable {
        case expiry, newerLink, passwordChange, emailChange, block, delete, otherText, none
    }

    @Test(arguments: Spoiling.allCases)
    func `a token that something spoilt sets nothing`(spoiling: Spoiling) async throws {
        var token = try await token()
        let accounts = scratch.stores.accounts
        switch spoiling {
        case .expiry: scratch.clock.advance(by: 3600)
        case .newerLink: _ = try await self.token()
        case .passwordChange:
            let record = try await scratch.hashing.hash(try #require(Password(typed: "third one")))
            _ = try await accounts.setPassword(
                record,
                of: ada.id,
                endsOthers: true,
                except: nil,
                at: scratch.clock.now()
            )
        case .emailChange:
            let other = try #require(EmailAddress("new@example.org"))
            #expect(try await EmailChange(tokens: scratch.mailed).change(ada.id, to: other, from: "a") == .changed)
        case .block: _ = try await accounts.setState(.blocked, of: ada.id)
        case .delete: _ = try await accounts.delete(ada.id)
        case .otherText: token += "A"
        case .none: scratch.clock.advance(by: 3599)
        }
        #expect(try await scratch.recovery.isAlive(token) == (spoiling == .none))
        #expect(try await set("plum tart 7", token) == (spoiling == .none ? ada.id : nil))
        #expect(try await signsIn("plum tart 7") == (spoiling == .none))
    }

    @Test func `a confirmation token recovers nothing, a recovery token confirms nothing`() async throws {
        let confirmation = EmailConfirmation(tokens: scratch.mailed)
        try await confirmation.send(to: ada, from: "a")
        let confirming = try #require(try scratch.tokens(to: "ada@example.org").last)
        let recovering = try await token()
        #expect(try await set("plum tart 7", confirming) == nil)
        #expect(try await confirmation.confirm(recovering) == nil)
        #expect(try scratch.account(ada.id)?.isEmailVerified == false)
        #expect(try await set("plum tart 7", recovering) == ada.id)
    }

    static let strangers = ["nobody@example.org", "ada@example.net", "adа@example.org"]

    @Test(arguments: strangers)
    func `an unknown address is answered alike, takes a write, and gets no mail`(text: String) async throws {
        guard let stranger = EmailAddress(text) else { return #expect(text.utf8.contains { $0 > 0x7F }) }
        try await scratch.recovery.recover(stranger, from: "a")
        #expect(try scratch.mails().isEmpty)
        let filed = try scratch.stores.database.read { connection in
            try connection.query("SELECT account_id IS NULL FROM account_token") { try $0.boolean(0) }
        }
        #expect(filed == [true])
    }

    @Test func `a blocked account gets no mail`() async throws {
        #expect(try await scratch.stores.accounts.setState(.blocked, of: ada.id))
        try await scratch.recovery.recover(address, from: "a")
        #expect(try scratch.mails().isEmpty)
    }

    @Test(arguments: ["ada@example.org", "nobody@example.org"])
    func `the fourth mail in an hour is not sent, and nobody is told`(text: String) async throws {
        let email = try #require(EmailAddress(text))
        for number in 0..<5 { try await scratch.recovery.recover(email, from: "a\(number)") }
        let isKnown = text.hasPrefix("ada")
        #expect(try scratch.mails().count == (isKnown ? 3 : 0))
        let rows = try scratch.stores.database.read {
            try $0.first("SELECT count(*) FROM account_token") { try $0.integer(0) }
        }
        #expect(rows == 3)
        scratch.clock.advance(by: 3601)
        try await scratch.recovery.recover(email, from: "a")
        #expect(try scratch.mails().count == (isKnown ? 4 : 0))
    }

    @Test func `who asks for many addresses waits, whether they exist or not`() async throws {
        for number in 0..<20 {
            try await scratch.recovery.recover(try #require(EmailAddress("n\(number)@example.org")), from: "a")
        }
        await #expect(throws: RecoveryError.limited(wait: 3600)) {
            try await scratch.recovery.recover(address, from: "a")
        }
        try await scratch.recovery.recover(address, from: "b")
        #expect(try scratch.mails().count == 1)
    }

    @Test func `mail goes to the address on file, as its owner wrote it`() async throws {
        try await scratch.account("bob", email: "Bob.B@example.org")
        try await scratch.recovery.recover(try #require(EmailAddress("bob.b@EXAMPLE.org")), from: "a")
        #expect(try scratch.mails().map(\.recipient.description) == ["Bob.B@example.org"])
    }

    @Test func `only a digest of the token is on file`() async throws {
        let token = try await token()
        let digests = try scratch.stores.database.read { connection in
            try connection.query("SELECT digest FROM account_token") { try $0.blob(0) }
        }
        #expect(digests == [Hash.digest(token)])
        #expect(token.utf8.count == "martlet_mt_".utf8.count + 43)
    }

    @Test func `a made-up token costs no hashing`() async throws {
        let full = PasswordHashingPool(
            PasswordHash(parameters: ScratchAccounts.cheap, random: scratch.random),
            threads: 1,
            waitingLimit: 0
        )
        let recovery = PasswordRecovery(accounts: scratch.stores.accounts, hashing: full, tokens: scratch.mailed)
        #expect(try await recovery.setPassword(try Password(new: "plum tart 7"), with: "made up") == nil)
        let token = try await token()
        await #expect(throws: PasswordError.self) {
            try await recovery.setPassword(try Password(new: "plum tart 7"), with: token)
        }
        #expect(try await scratch.recovery.isAlive(token))
    }
}
