import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

/// What administrators do to accounts by page.
struct UsersScreenTests {
    /// The forms, what the page says afterwards, and what became of the account.
    static let changes: [(path: String, form: TestForm, notice: String, isDone: @Sendable (Account) -> Bool)] = [
        ("block", [:], "account-blocked", { $0.state == .blocked }),
        ("unblock", [:], "account-unblocked", { $0.state == .active }),
        ("roles", ["role": "admin"], "roles-changed", { $0.roles == [.admin] }),
        ("roles", ["role": "guest"], "roles-changed", { $0.roles == [.guest] }),
    ]

    /// Ada, signed in, and Bob, whom each of the changes changes.
    private struct Scene {
        let server: TestServer
        let ada: Account
        let bob: Account
        let browser: TestBrowser
        let token: String

        init(isAdministrator: Bool = true, change index: Int = 0) async throws {
            server = try await TestServer()
            ada = try await server.person("ada") { $0.roles = isAdministrator ? [.admin] : [.guest] }
            bob = try await server.person("bob") {
                if index == 1 { $0.state = .blocked }
                $0.roles = index == 3 ? [.admin] : [.guest]
            }
            browser = TestBrowser(server)
            try await browser.signIn("ada")
            token = try await browser.get("/account").formToken
        }

        func account(_ account: Account) async throws -> Account? {
            try await server.provider.accounts.account(.id(account.id))
        }

        func post(_ path: String, _ form: TestForm = [:], to account: Account) async throws -> TestReply {
            try await browser.post("/admin/users/\(account.id)/\(path)", form + ["form_token": token])
        }
    }

    @Test(arguments: changes.indices)
    func `an administrator changes the rights of an account`(index: Int) async throws {
        let change = Self.changes[index]
        let scene = try await Scene(change: index)
        #expect(try await !change.isDone(#require(scene.account(scene.bob))))
        let reply = try await scene.post(change.path, change.form, to: scene.bob)
        #expect(reply.status == 303)
        #expect(reply.location == "/admin/users/\(scene.bob.id)?done=\(change.notice)")
        #expect(try await change.isDone(#require(scene.account(scene.bob))))
        let page = try await scene.browser.get(reply.location ?? "")
        #expect(page.status == 200)
        #expect(page.alert?.isEmpty == false)
        // The same once more changes nothing, and claims nothing.
        let again = try await scene.post(change.path, change.form, to: scene.bob)
        #expect(again.location == "/admin/users/\(scene.bob.id)")
    }

    @Test(arguments: [0, 2])
    func `whose rights change is signed out at once`(index: Int) async throws {
        let (path, form) = (Self.changes[index].path, Self.changes[index].form)
        let scene = try await Scene()
        let bob = TestBrowser(scene.server)
        try await bob.signIn("bob")
        #expect(try await bob.get("/account").status == 200)
        #expect(try await scene.post(path, form, to: scene.bob).status == 303)
        #expect(try await bob.get("/account").status == 303)
        #expect(try await bob.signIn("bob").status == (path == "block" ? 403 : 303))
    }

    @Test(arguments: changes.indices)
    func `to others there is nothing to change`(index: Int) async throws {
        let change = Self.changes[index]
        let scene = try await Scene(isAdministrator: false, change: index)
        let before = try await scene.account(scene.bob)
        for account in [scene.bob, scene.ada] {
            let reply = try await scene.post(change.path, change.form, to: account)
            #expect(reply.status == 404)
            #expect(reply.text.contains("There is nothing here"))
        }
        #expect(try await scene.account(scene.bob)?.state == before?.state)
        #expect(try await scene.account(scene.bob)?.roles == before?.roles)
        let nobody = try await TestBrowser(scene.server).post(
            "/admin/users/\(scene.bob.id)/\(change.path)",
            change.form
        )
        #expect(nobody.location?.hasPrefix("/sign-in?") == true)
    }

    @Test(arguments: changes.indices, [FormGuardTests.Defect.noToken, .otherToken, .foreignOrigin, .crossSite])
    func `a form of an administrator is taken from its own page only`(
        index: Int,
        defect: FormGuardTests.Defect
    ) async throws {
        let change = Self.changes[index]
        let scene = try await Scene(change: index)
        let path = "/admin/users/\(scene.bob.id)/\(change.path)"
        let token = defect == .otherToken ? String(scene.token.reversed()) : scene.token
        let form = defect == .noToken ? change.form : change.form + ["form_token": token]
        let fields: HTTPFields =
            switch defect {
            case .foreignOrigin: [.origin: "https://evil.example"]
            case .crossSite: [.origin: "null", HTTPField.Name("Sec-Fetch-Site")!: "cross-site"]
            default: [.origin: TestProvider.issuer]
            }
        #expect(try await scene.browser.post(path, form, fields).status == 403)
        #expect(try await !change.isDone(#require(scene.account(scene.bob))))
    }

    @Test(arguments: [0, 3], [true, false])
    func `the last active administrator stays`(index: Int, isLast: Bool) async throws {
        let change = Self.changes[index]
        // Bob is an administrator too, but counts only when he can sign in.
        let scene = try await Scene(change: 3)
        if isLast { #expect(try await scene.post("block", to: scene.bob).status == 303) }
        let reply = try await scene.post(change.path, change.form, to: scene.ada)
        #expect(reply.status == (isLast ? 409 : 303))
        guard isLast else { return }
        #expect(reply.alert?.contains("This is the last active administrator.") == true)
        #expect(reply.text.contains("ada@example.org"))
        #expect(try await scene.account(scene.ada)?.isAdministrating == true)
        #expect(try await scene.browser.get("/admin/users").status == 200)
    }

    @Test func `administrators who give their role up go on under a new session, without it`() async throws {
        let scene = try await Scene(change: 3)
        let old = scene.browser.sessionCookie
        let reply = try await scene.post("roles", ["role": "guest"], to: scene.ada)
        #expect(reply.location == "/account?done=roles-changed")
        #expect(scene.browser.sessionCookie != old)
        #expect(try await scene.browser.get("/account").status == 200)
        #expect(try await scene.browser.get("/admin/users").status == 404)
        scene.browser.set("__Host-martlet", to: old)
        #expect(try await scene.browser.get("/account").status == 303)
    }

    @Test func `administrators who block themselves are out`() async throws {
        let scene = try await Scene(change: 3)
        let reply = try await scene.post("block", to: scene.ada)
        #expect(reply.location == "/sign-in?done=account-blocked")
        #expect(scene.browser.sessionCookie == nil)
        #expect(try await scene.browser.signIn("ada").status == 403)
    }

    @Test(arguments: ["", "root", "<script>"])
    func `a role that does not exist is given to nobody`(role: String) async throws {
        let scene = try await Scene()
        let reply = try await scene.post("roles", ["role": role], to: scene.bob)
        #expect(reply.status == 422)
        #expect(!reply.text.contains("<script"))
        #expect(try await scene.account(scene.bob)?.roles == [.guest])
    }

    @Test(arguments: ["block", "unblock", "roles"])
    func `an account that is not there cannot be changed`(path: String) async throws {
        let scene = try await Scene()
        let form: TestForm = ["role": "admin", "form_token": scene.token]
        #expect(try await scene.browser.post("/admin/users/nobody/\(path)", form).status == 404)
    }

    @Test func `the table blocks and unblocks, but no administrator`() async throws {
        let scene = try await Scene()
        let table = try await scene.browser.get("/admin/users").text
        #expect(table.contains("action=\"/admin/users/\(scene.bob.id)/block\""))
        #expect(!table.contains("action=\"/admin/users/\(scene.ada.id)/"))
        _ = try await scene.post("block", to: scene.bob)
        #expect(try await scene.browser.get("/admin/users").text.contains("/\(scene.bob.id)/unblock\""))
    }
}
