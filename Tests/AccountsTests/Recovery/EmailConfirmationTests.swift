@testable import Accounts
import JOSE
import Storage
import TestSupport
import Testing

struct EmailConfirmationTests {
    private let scratch: ScratchAccounts
    private let ada: Account
    private var confirmation: EmailConfirmation { EmailConfirmation(tokens: scratch.mailed) }
    private var change: EmailChange { EmailChange(tokens: scratch.mailed) }

    init() async throws {
        scratch = try await ScratchAccounts()
        ada = try await scratch.account("ada")
    }

    private func isVerified() throws -> Bool? { try scratch.account(ada.id)?.isEmailVerified }

    private func address(_ text: String) throws -> EmailAddress { try #require(EmailAddress(text)) }

    @Test func `a link verifies the address, once`() async throws {
        try await confirmation.send(to: ada, from: "a")
        let token = try #require(try scratch.tokens(to: "ada@example.org").last)
        #expect(try isVerified() == false)
        #expect(try await confirmation.confirm(token) == ada.id)
        #expect(try isVerified() == true)
        #expect(try await confirmation.confirm(token) == nil)
    }

    @Test(arguments: [(86_399, true), (86_400, false)] as [(Int64, Bool)])
    func `a link works for a day`(age: Int64, isGood: Bool) async throws {
        try await confirmation.send(to: ada, from: "a")
        let token = try #require(try scratch.tokens(to: "ada@example.org").last)
        scratch.clock.advance(by: age)
        #expect(try await confirmation.confirm(token) == (isGood ? ada.id : nil))
        #expect(try isVerified() == isGood)
    }

    @Test func `a newer link kills the older one`() async throws {
        for _ in 0..<2 {
            try await confirmation.send(to: ada, from: "a")
            scratch.clock.advance(by: 1)
        }
        let tokens = try scratch.tokens(to: "ada@example.org")
        #expect(try await confirmation.confirm(tokens[0]) == nil)
        #expect(try await confirmation.confirm(tokens[1]) == ada.id)
    }

    @Test func `the sixth mail in an hour is refused`() async throws {
        for _ in 0..<5 { try await confirmation.send(to: ada, from: "a") }
        await #expect(throws: RecoveryError.limited(wait: 3600)) { try await confirmation.send(to: ada, from: "b") }
        #expect(try scratch.mails().count == 5)
    }

    @Test func `another address is unverified until its own link is followed`() async throws {
        try await confirmation.send(to: ada, from: "a")
        let old = try #require(try scratch.tokens(to: "ada@example.org").last)
        #expect(try await confirmation.confirm(old) == ada.id)
        #expect(try await change.change(ada.id, to: try address("New@example.org"), from: "a") == .changed)
        let account = try #require(try scratch.account(ada.id))
        #expect(account.email?.description == "New@example.org" && !account.isEmailVerified)
        let new = try #require(try scratch.tokens(to: "new@example.org").last)
        #expect(try await confirmation.confirm(new) == ada.id)
        #expect(try isVerified() == true)
    }

    @Test func `a link to an address that was left opens nothing, also when it comes back`() async throws {
        try await confirmation.send(to: ada, from: "a")
        let old = try #require(try scratch.tokens(to: "ada@example.org").last)
        #expect(try await change.change(ada.id, to: try address("new@example.org"), from: "a") == .changed)
        #expect(try await confirmation.confirm(old) == nil)
        #expect(try await change.change(ada.id, to: try address("ada@example.org"), from: "a") == .changed)
        #expect(try await confirmation.confirm(old) == nil)
        #expect(try isVerified() == false)
    }

    @Test func `a link does not verify an address that was written over it`() async throws {
        try await confirmation.send(to: ada, from: "a")
        let token = try #require(try scratch.tokens(to: "ada@example.org").last)
        _ = try await scratch.stores.accounts.update(ada.id, at: scratch.clock.now()) { account in
            account.email = EmailAddress("other@example.org")
        }
        #expect(try await confirmation.confirm(token) == nil)
        #expect(try isVerified() == false)
    }

    @Test func `a change that is none keeps the verification, a taken address is refused`() async throws {
        try await scratch.account("bob")
        try await confirmation.send(to: ada, from: "a")
        _ = try await confirmation.confirm(try #require(try scratch.tokens(to: "ada@example.org").last))
        #expect(try await change.change(ada.id, to: try address("ADA@example.org"), from: "a") == .unchanged)
        #expect(try await change.change(ada.id, to: try address("BOB@example.org"), from: "a") == .emailTaken)
        #expect(try await change.change(Account.ID("none"), to: try address("x@example.org"), from: "a") == .unknown)
        #expect(try isVerified() == true)
        #expect(try scratch.mails().count == 1)
    }

    @Test func `a limited change changes nothing`() async throws {
        for number in 0..<20 {
            let target = try address(number.isMultiple(of: 2) ? "x\(number)@example.org" : "y\(number)@example.org")
            #expect(try await change.change(ada.id, to: target, from: "a") == .changed)
        }
        await #expect(throws: RecoveryError.limited(wait: 3600)) {
            try await change.change(ada.id, to: try address("z@example.org"), from: "a")
        }
        #expect(try scratch.account(ada.id)?.email?.key == "y19@example.org")
    }
}
