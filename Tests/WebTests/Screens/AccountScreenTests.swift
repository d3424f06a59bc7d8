import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct AccountScreenTests {
    private func signedIn(_ change: (inout Account) -> Void = { _ in }) async throws -> (
        server: TestServer, browser: TestBrowser, account: Account
    ) {
        let server = try await TestServer()
        let account = try await server.person("ada", change)
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        return (server, browser, account)
    }

    @Test func `a name is changed, its words one space apart`() async throws {
        let (_, browser, _) = try await signedIn()
        let reply = try await browser.submit("/account/name", on: "/account", ["name": "  Ada   King "])
        #expect(reply.location == "/account?done=name-changed")
        let page = try await browser.get("/account?done=name-changed")
        #expect(page.alert == "Your name was changed.")
        #expect(page.text.contains("<dd>Ada King</dd>"))
    }

    @Test(arguments: ["", "   ", "a\u{202E}b", "a\u{0}b", String(repeating: "x", count: 201)])
    func `a name that is none is refused, and shown again`(name: String) async throws {
        let (_, browser, _) = try await signedIn()
        let reply = try await browser.submit("/account/name", on: "/account", ["name": name])
        #expect(reply.status == 422)
        #expect(reply.text.contains("aria-invalid=\"true\" aria-describedby=\"name-problem\""))
        #expect(try await browser.get("/account").text.contains("<dd>ada Example</dd>"))
    }

    @Test func `a hostile name stays text wherever it is shown`() async throws {
        let (_, browser, _) = try await signedIn()
        let payload = "<script>alert(1)</script>\"'{{base}}"
        _ = try await browser.submit("/account/name", on: "/account", ["name": payload])
        let page = try await browser.get("/account").text
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;"))
    }

    @Test func `a new address asks for the password and is not confirmed before its link was followed`() async throws {
        let (server, browser, account) = try await signedIn()
        let wrong: TestForm = ["email": "new@example.org", "current_password": "wrong"]
        let refused = try await browser.submit("/account/email", on: "/account", wrong)
        #expect(refused.status == 403)
        #expect(refused.text.contains("value=\"new@example.org\""))
        #expect(!refused.text.contains("value=\"wrong\""))
        let form = wrong.setting("current_password", to: TestBrowser.password)
        let reply = try await browser.submit("/account/email", on: "/account", form)
        #expect(reply.location == "/account?done=email-changed")
        #expect(try await browser.get("/account").text.contains("new@example.org (not confirmed)"))

        let link =
            try await "/account/confirm-email/" + server.mailedToken("/account/confirm-email/", to: "new@example.org")
        // A scanner of mail looks at the link, more than once.
        for _ in 0..<2 { #expect(try await TestBrowser(server).get(link).status == 200) }
        #expect(try await server.provider.accounts.account(.id(account.id))?.isEmailVerified == false)
        // Whoever reads the mail presses the button, signed in or not.
        let reader = TestBrowser(server)
        #expect(try await reader.submit(link, on: link, [:]).status == 200)
        #expect(try await server.provider.accounts.account(.id(account.id))?.isEmailVerified == true)
        #expect(try await reader.submit(link, on: link, [:]).status == 400)
    }

    @Test func `an address that somebody has is refused`() async throws {
        let (server, browser, _) = try await signedIn()
        try await server.person("bob")
        let form: TestForm = ["email": "bob@example.org", "current_password": TestBrowser.password]
        let reply = try await browser.submit("/account/email", on: "/account", form)
        #expect(reply.status == 422)
        #expect(reply.text.contains("This address cannot be used here."))
    }

    @Test(arguments: ["%2e%2e", "x%22y", "%3Cscript%3E", "x%3Fy"])
    func `a link with a token that is none shows no form`(token: String) async throws {
        let server = try await TestServer()
        for path in ["/account/confirm-email/", "/recover/"] {
            let reply = try await TestBrowser(server).get(path + token)
            #expect(reply.status == 400)
            #expect(!reply.text.contains("<form"))
            #expect(!reply.text.contains("script>"))
        }
    }

    @Test func `a changed password ends every other session, and this one goes on under another id`() async throws {
        let (server, browser, _) = try await signedIn()
        let other = TestBrowser(server)
        try await other.signIn("ada")
        let old = browser.sessionCookie
        let form: TestForm = ["current_password": TestBrowser.password, "new_password": "another horse"]
        let reply = try await browser.submit("/account/password", on: "/account", form)
        #expect(reply.location == "/account?done=password-changed")
        #expect(try await browser.get("/account").status == 200)
        #expect(try await other.get("/account").status == 303)
        #expect(browser.sessionCookie != old)
        browser.set("__Host-martlet", to: old)
        #expect(try await browser.get("/account").status == 303)
        #expect(try await TestBrowser(server).signIn("ada").status == 403)
        #expect(try await TestBrowser(server).signIn("ada", password: "another horse").status == 303)
    }

    @Test(arguments: [
        ("wrong", "another horse", 403), (TestBrowser.password, "short", 422), ("", "another horse", 403),
    ])
    func `a password is not changed`(old: String, new: String, status: Int) async throws {
        let (server, browser, _) = try await signedIn()
        let form: TestForm = ["current_password": old, "new_password": new]
        #expect(try await browser.submit("/account/password", on: "/account", form).status == status)
        #expect(try await TestBrowser(server).signIn("ada").status == 303)
    }

    @Test func `guesses of the current password are limited`() async throws {
        let (_, browser, _) = try await signedIn()
        let form: TestForm = ["current_password": "wrong", "new_password": "another horse"]
        for _ in 0..<10 { _ = try await browser.submit("/account/password", on: "/account", form) }
        let reply = try await browser.submit("/account/password", on: "/account", form)
        #expect(reply.status == 429)
        #expect(reply.field("Retry-After") != nil)
    }
}
