import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct SignInScreenTests {
    private func server() async throws -> (TestServer, TestBrowser) {
        let server = try await TestServer()
        try await server.person("ada")
        return (server, TestBrowser(server))
    }

    @Test(arguments: ["ada", "ADA", " ada ", "ada@example.org"])
    func `a person signs in with a username or an address`(name: String) async throws {
        let (_, browser) = try await server()
        let reply = try await browser.signIn(name)
        #expect(reply.status == 303)
        #expect(reply.location == "/account")
        let account = try await browser.get("/account")
        #expect(account.status == 200)
        #expect(account.text.contains("ada Example"))
        #expect(account.field("Cross-Origin-Opener-Policy") == "same-origin")
    }

    @Test func `the cookie carries every protection, and lasts where the person asked for it`() async throws {
        let (_, browser) = try await server()
        let plain = try await browser.signIn("ada")
        let cookie = try #require(plain.fields[values: .setCookie].first { $0.hasPrefix("__Host-martlet=") })
        #expect(cookie.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax"))
        #expect(!cookie.contains("Domain") && !cookie.contains("Max-Age"))
        let remembering = TestBrowser(try await server().0)
        let kept = try await remembering.signIn("ada", ["remember": "yes"])
        #expect(kept.fields[values: .setCookie].contains { $0.contains("; Max-Age=7776000;") })
    }

    @Test func `a new sign-in has a new session, and the old one is over`() async throws {
        let (server, browser) = try await server()
        try await browser.signIn("ada")
        let old = browser.sessionCookie
        let shown = try await TestBrowser(server).get("/sign-in")
        #expect(shown.status == 200)
        browser.set("__Host-martlet", to: old)
        // Signed in, the page leads on; the form is sent from another tab.
        let form = TestBrowser(server)
        let token = try await form.get("/sign-in").formToken
        browser.set("__Host-martlet-form", to: form.cookies["__Host-martlet-form"])
        let again = try await browser.post(
            "/sign-in",
            ["username": "ada", "password": TestBrowser.password, "form_token": token]
        )
        #expect(again.status == 303)
        #expect(browser.sessionCookie != old)
        #expect(try await browser.get("/account").status == 200)
        browser.set("__Host-martlet", to: old)
        #expect(try await browser.get("/account").status == 303)
    }

    @Test(
        arguments: [
            ("ada", "wrong", 403, "The username or the password is wrong."),
            ("nobody", "wrong", 403, "The username or the password is wrong."),
            ("no body", "wrong", 403, "The username or the password is wrong."),
            ("", "wrong", 422, "Please look at what you typed."), ("ada", "", 422, "Please look at what you typed."),
        ]
    )
    func `who is not let in learns why, and keeps what was typed`(
        name: String,
        password: String,
        status: Int,
        alert: String
    ) async throws {
        let (_, browser) = try await server()
        let reply = try await browser.signIn(name, password: password, ["remember": "yes"])
        #expect(reply.status == status)
        #expect(reply.alert == alert)
        #expect(reply.text.contains("<title>Error: Sign in"))
        #expect(reply.attribute(after: "id=\"username\" name=\"username\" type=\"text\" value=\"") == name)
        #expect(reply.text.contains("checked="))
        #expect(!reply.text.contains("wrong\""))
        #expect(browser.sessionCookie == nil)
    }

    @Test func `ten failures are enough, and the right password waits as well`() async throws {
        let (_, browser) = try await server()
        for _ in 0..<10 { #expect(try await browser.signIn("ada", password: "wrong").status == 403) }
        let reply = try await browser.signIn("ada")
        #expect(reply.status == 429)
        #expect(reply.field("Retry-After").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
        #expect(browser.sessionCookie == nil)
    }

    @Test(
        arguments: [
            ("/account", "/account"), ("/account/sessions", "/account/sessions"),
            ("/admin/users?search=a", "/admin/users?search=a"),
            ("//evil.example", nil), ("/\\evil.example", nil), ("https:evil.example", nil), ("%09//evil.example", nil),
            ("\t//evil.example", nil), ("https://evil.example/account", nil), ("/account/../../evil", nil),
            ("/account//evil.example", nil), ("/accountevil", nil), ("account", nil), ("/account@evil.example", nil),
            ("/account?x=\r\nSet-Cookie: a=b", nil), ("javascript:alert(1)", nil), ("/sign-out", nil),
            ("/account#x", nil),
        ] as [(String, String?)]
    )
    func `after sign-in a browser goes to a page of ours and nowhere else`(path: String, target: String?) async throws {
        #expect(ReturnPath(path)?.description == target)
        let (_, browser) = try await server()
        let reply = try await browser.signIn("ada", ["return": path])
        #expect(reply.status == 303)
        #expect(reply.location == target ?? "/account")
        // Signed in, the sign-in page is as careful.
        let again = try await browser.get("/sign-in?return=\(TestForm.encode(path))")
        #expect(again.location == target ?? "/account")
    }

    @Test func `who asked for a page comes to it after sign-in`() async throws {
        let (_, browser) = try await server()
        let turned = try await browser.get("/account/sessions?x=1&done=session-ended")
        #expect(turned.status == 303)
        let page = try #require(turned.location)
        #expect(page == "/sign-in?return=/account/sessions%3fx%3d1&done=session-over")
        let shown = try await browser.get(page)
        #expect(shown.alert == "Please sign in to go on.")
        #expect(shown.attribute(after: "name=\"return\" value=\"") == "/account/sessions?x=1")
    }

    @Test func `signing out ends the session on the server and takes the cookie away`() async throws {
        let (_, browser) = try await server()
        try await browser.signIn("ada")
        let old = browser.sessionCookie
        let reply = try await browser.submit("/sign-out", on: "/account", [:])
        #expect(reply.status == 303)
        #expect(reply.location == "/sign-in?done=signed-out")
        #expect(browser.sessionCookie == nil)
        #expect(try await browser.get("/sign-in?done=signed-out").alert == "You are signed out.")
        browser.set("__Host-martlet", to: old)
        #expect(try await browser.get("/account").status == 303)
    }

    @Test func `signing out twice is no error`() async throws {
        let (_, browser) = try await server()
        #expect(try await browser.post("/sign-out", [:]).location == "/sign-in?done=signed-out")
    }

    @Test func `text that wants to be markup stays text`() async throws {
        let (_, browser) = try await server()
        let payload = "\"><script>alert(1)</script>{{base}}"
        let reply = try await browser.signIn(payload, password: "x", ["return": payload])
        #expect(reply.status == 403)
        #expect(!reply.text.contains("<script"))
        let named = try await browser.get("/sign-in?done=%3Cscript%3E&return=%3Cscript%3E")
        #expect(!named.text.contains("script>"))
        #expect(named.alert == nil)
    }

    @Test func `a blocked account is not let in, and stops at once where it was`() async throws {
        let (server, browser) = try await server()
        let bob = try await server.person("bob")
        try await browser.signIn("bob")
        try await server.provider.block(bob.id.description)
        #expect(try await browser.get("/account").status == 303)
        #expect(try await TestBrowser(server).signIn("bob").status == 403)
    }
}
