import Accounts
import JOSE
import Provider
import Storage
import Testing

/// A change of an account is written whole, and ends what it has to end.
struct AccountRevisionTests {
    private let scratch: ScratchStores
    private var accounts: SQLAccountStore { scratch.stores.accounts }
    private let mine = [SignIn(Person(1), 1), SignIn(Person(1), 2)]

    init() async throws {
        scratch = try await ScratchStores()
        for number in 1...2 { try await scratch.register(Person(number)) }
        for sign in mine { try await scratch.begin(sign) }
    }

    private func revise(
        _ number: Int = 1,
        password: String? = nil,
        current: String? = nil,
        _ change: @escaping @Sendable (inout Account) throws -> Void = { _ in }
    ) async throws -> UpdateOutcome {
        var revision = AccountRevision(change)
        (revision.password, revision.current, revision.keepsAdministrator) = (password, current, true)
        return try await accounts.revise(Person(number).id, revision, at: scratch.now + 5)
    }

    private func makeAdministrators(_ numbers: Int...) async throws {
        for number in numbers {
            _ = try await accounts.update(Person(number).id, at: scratch.now) { $0.roles = [.admin] }
        }
    }

    static let rights: [@Sendable (inout Account) -> Void] = [
        { $0.roles = [.admin] }, { $0.permissions = [Permission(.all, .get)] }, { $0.state = .blocked },
    ]

    @Test(arguments: rights.indices)
    func `other rights end every session, the current one too`(index: Int) async throws {
        let current = mine[0].id.description
        guard case .updated = try await revise(password: "new", current: current, Self.rights[index]) else {
            Issue.record("not updated")
            return
        }
        for sign in mine { #expect(try await scratch.life(of: sign) == .none) }
    }

    @Test func `control: another name and the same rights end nothing`() async throws {
        _ = try await revise {
            $0.username = Username("ada")
            $0.roles = [.guest]
        }
        for sign in mine { #expect(try await scratch.life(of: sign) == .all) }
        #expect(try accounts.account(.id(Person(1).id))?.updatedAt == scratch.now + 5)
    }

    @Test func `a new password ends the sessions but the current one`() async throws {
        _ = try await revise(password: "new", current: mine[1].id.description)
        #expect(try accounts.passwordRecord(of: Person(1).id) == "new")
        #expect(try await scratch.life(of: mine[0]) == .none)
        #expect(try await scratch.life(of: mine[1]) == .all)
    }

    struct Refused: Error {}

    @Test func `what is refused writes nothing`() async throws {
        _ = try await accounts.update(Person(2).id, at: scratch.now) { $0.username = Username("grace") }
        guard case .usernameTaken = try await revise(password: "new", { $0.username = Username("GRACE") }) else {
            Issue.record("taken twice")
            return
        }
        await #expect(throws: Refused.self) {
            try await revise(password: "new") { account in
                account.name = "Another"
                throw Refused()
            }
        }
        #expect(try accounts.passwordRecord(of: Person(1).id) == nil)
        #expect(try accounts.account(.id(Person(1).id))?.name == "Name 1")
        for sign in mine { #expect(try await scratch.life(of: sign) == .all) }
    }

    @Test func `the last active administrator is not demoted, blocked or deleted`() async throws {
        try await makeAdministrators(1, 2)
        _ = try await revise(2) { $0.state = .blocked }
        for change in [{ $0.roles = [.guest] }, { $0.state = .blocked }] as [@Sendable (inout Account) -> Void] {
            guard case .lastAdministrator = try await revise(password: "new", change) else {
                Issue.record("nobody is left")
                return
            }
        }
        #expect(try accounts.passwordRecord(of: Person(1).id) == nil)
        #expect(try await accounts.delete(Person(1).id, keepsAdministrator: true) == .lastAdministrator)
        _ = try await revise(2) { $0.state = .active }
        #expect(try await accounts.delete(Person(1).id, keepsAdministrator: true) == .deleted)
        #expect(try await accounts.delete(Person(1).id, keepsAdministrator: true) == .unknown)
        #expect(try await accounts.delete(Person(2).id))
    }

    @Test func `administrators who demote each other at once leave one`() async throws {
        for _ in 0..<20 {
            try await makeAdministrators(1, 2)
            async let first = revise(1) { $0.roles = [.guest] }
            async let second = revise(2) { $0.roles = [.guest] }
            let refused = try await [first, second].count { if case .lastAdministrator = $0 { true } else { false } }
            #expect(refused == 1)
        }
    }
}
