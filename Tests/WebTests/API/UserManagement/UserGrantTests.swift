import Accounts
import JOSE
import Testing

@testable import Web

/// Nobody gives what they do not hold, and nobody takes over who holds more.
struct UserGrantTests {
    private static func account(_ roles: Set<Role> = [.guest], _ permissions: [Permission] = []) -> Account {
        var account = Account(id: Account.ID("\(roles) \(permissions)"), name: "x", createdAt: Timestamp(seconds: 0))
        (account.roles, account.permissions) = (roles, permissions)
        return account
    }

    private static let guest = account()
    private static let admin = account([.admin])
    private static let reader = account([.guest], [Permission(.all, .get)])
    private static let editor = account([.guest], [Permission(.all, .get), Permission(.all, .patch)])
    /// Every permission, and still no administrator.
    private static let keeper = account([.guest], Permission.ofAdministrators)

    struct Case: Sendable {
        let granter: Account
        let body: JSON
        let target: Account
        let isHeld: Bool
    }

    private static func permissions(_ all: Permission...) -> JSON { ["permissions": .array(all.map(\.json))] }

    static let cases: [Case] = [
        Case(granter: admin, body: ["roles": ["admin"]], target: guest, isHeld: true),
        Case(granter: keeper, body: ["roles": ["admin"]], target: guest, isHeld: false),
        Case(granter: editor, body: ["roles": ["admin"]], target: editor, isHeld: false),
        Case(granter: admin, body: ["roles": ["guest"]], target: admin, isHeld: true),
        Case(granter: editor, body: ["roles": ["guest"]], target: reader, isHeld: true),
        Case(granter: editor, body: permissions(Permission(.all, .get)), target: guest, isHeld: true),
        Case(granter: editor, body: permissions(Permission(.own, .patch)), target: guest, isHeld: true),
        Case(granter: editor, body: permissions(Permission(.all, .delete)), target: guest, isHeld: false),
        Case(granter: editor, body: permissions(Permission(.own, .post)), target: guest, isHeld: false),
        Case(granter: reader, body: permissions(Permission(.all, .patch)), target: editor, isHeld: true),
        Case(granter: editor, body: permissions(), target: reader, isHeld: true),
        Case(granter: guest, body: ["blacklisted": true], target: guest, isHeld: true),
    ]

    @Test(arguments: cases.indices)
    func `what is new must be held by the giver`(index: Int) throws {
        let row = Self.cases[index]
        let grant = UserGrant(try UserBody(JSONBody(row.body.objectValue ?? [:])))
        #expect(grant.isHeld(by: row.granter, for: row.target) == row.isHeld, "row \(index)")
    }

    @Test func `who has fewer rights does not outrank`() {
        let ranks = [Self.guest, Self.reader, Self.editor, Self.keeper, Self.admin]
        for (high, account) in ranks.enumerated() {
            for (low, other) in ranks.enumerated() {
                #expect(account.outranks(other) == (high >= low), "\(high) over \(low)")
            }
        }
    }

    @Test func `what a role brings is not kept beside it`() throws {
        let body: JSONObject = ["roles": ["admin"], "permissions": .array(Permission.ofAdministrators.map(\.json))]
        var account = Self.guest
        UserGrant(try UserBody(JSONBody(body))).apply(to: &account)
        #expect(account.permissions.isEmpty)
        #expect(account.held == Permission.ofAdministrators)
        UserGrant(try UserBody(JSONBody(["roles": ["guest"]]))).apply(to: &account)
        #expect(account.held == Permission.ofGuests)
    }
}
