import Accounts
import HTTPTypes
import JOSE
import Provider
import TestSupport
import Testing

@testable import Web

/// Several accounts in one browser.
struct AccountsScreenTests {
    /// A browser with `names` signed in, the last of them in use.
    private static func browser(_ names: String...) async throws -> (server: TestServer, browser: TestBrowser) {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        for name in names {
            try await server.person(name)
            try await browser.enter(name)
        }
        return (server, browser)
    }

    @Test func `who signs in beside another keeps that one's session, under another cookie`() async throws {
        let (_, browser) = try await Self.browser("ada", "bob")
        #expect(try await browser.user == "bob")
        let shown = try await browser.get("/accounts")
        #expect(shown.choices.map(\.name) == ["bob Example", "ada Example"])
        #expect(shown.text.contains("id=\"account-chooser\"") && shown.text.contains("id=\"another-account\""))
        #expect(try await browser.choose("ada").location == "/account")
        #expect(try await browser.user == "ada")
        #expect(try await browser.choose("bob").location == "/account")
        #expect(try await browser.user == "bob")
    }

    @Test func `the cookies of further sessions carry every protection, and last as long as was asked for`()
        async throws
    {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        for name in ["ada", "bob", "eve"] { try await server.person(name) }
        try await browser.enter("ada", ["remember": "yes"])
        let second = try await browser.enter("bob")
        let third = try await browser.enter("eve")
        let kept = try #require(second.setCookie("__Host-martlet-2"))
        #expect(kept.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax") && kept.contains("; Max-Age=7776000;"))
        let brief = try #require(third.setCookie("__Host-martlet-3"))
        #expect(brief.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax") && !brief.contains("Max-Age"))
    }

    @Test func `an account that signs in again has one session here, and it is a new one`() async throws {
        let (_, browser) = try await Self.browser("ada", "bob")
        let old = try #require(browser.cookies["__Host-martlet-2"])
        try await browser.enter("ada")
        #expect(try await browser.get("/accounts").choices.map(\.name) == ["ada Example", "bob Example"])
        browser.set("__Host-martlet-3", to: old)
        browser.set("__Host-martlet-2", to: nil)
        #expect(try await browser.get("/accounts").choices.count == 1, "it came under another name")
        browser.set("__Host-martlet-2", to: old)
        #expect(try await browser.get("/accounts").choices.count == 1, "it is over")
    }

    @Test func `five accounts have room; the sixth takes the place of the one that was used least lately`() async throws
    {
        let (server, browser) = try await Self.browser("ada", "bob", "eve", "joe", "kim")
        #expect(try await browser.get("/accounts").choices.count == 5)
        let first = try #require(browser.cookies["__Host-martlet-2"])
        try await server.person("zoe")
        try await browser.enter("zoe")
        let names = try await browser.get("/accounts").choices.map(\.name)
        #expect(names.count == 5 && names.first == "zoe Example" && !names.contains("ada Example"))
        let thief = TestBrowser(server)
        thief.set("__Host-martlet-2", to: first)
        #expect(try await thief.get("/accounts").choices.isEmpty, "its session is over, not only out of sight")
    }

    @Test(arguments: [
        ("__Host-martlet", "__Host-martlet-2"), ("__Host-martlet-2", "__Host-martlet"),
        ("__Host-martlet-2", "__Host-martlet-3"),
    ])
    func `a cookie is good under its own name alone`(from: String, to: String) async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        let value = try #require(browser.cookies[from])
        let other = TestBrowser(server)
        other.set(from, to: value)
        #expect(try await other.get("/accounts").choices.count == 1, "the control")
        other.set(from, to: nil)
        other.set(to, to: value)
        #expect(try await other.get("/accounts").choices.isEmpty)
        #expect(try await other.get("/account").status == 303)
    }

    @Test func `a forged cookie is none`() async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        let value = try #require(browser.cookies["__Host-martlet-2"])
        for index in value.indices.dropFirst(9) {
            var changed = value
            changed.replaceSubrange(index...index, with: changed[index] == "A" ? "B" : "A")
            guard changed.dropLast() != value.dropLast(), value.distance(from: value.startIndex, to: index) % 7 == 0
            else {
                continue
            }
            browser.set("__Host-martlet-2", to: changed)
            #expect(try await browser.get("/accounts").choices.count == 1)
        }
        browser.set("__Host-martlet-2", to: value)
        #expect(try await TestBrowser(server).get("/accounts").status == 303)
    }

    @Test func `a session of another browser cannot be chosen`() async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        try await server.person("eve")
        let other = TestBrowser(server)
        try await other.enter("eve")
        let foreign = try #require(try await other.get("/accounts").choices.first?.session)
        let shown = try await browser.get("/accounts")
        let reply = try await browser.post("/accounts/choose", ["form_token": shown.formToken, "session": foreign])
        #expect(reply.location == "/sign-in?again=yes")
        #expect(reply.setCookies.isEmpty)
        #expect(try await browser.user == "bob")
    }

    @Test(arguments: ["/accounts/choose", "/accounts/sign-out"])
    func `a form that was not made for this browser changes nothing`(path: String) async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        let shown = try await browser.get("/accounts")
        let session = try #require(shown.choices.last?.session)
        let foreign = try await TestBrowser(server).get("/sign-in").formToken
        for (token, origin) in [
            ("", TestProvider.issuer), (foreign, TestProvider.issuer), (shown.formToken, "https://evil.example"),
        ] {
            let form: TestForm = ["form_token": token, "session": session]
            #expect(try await browser.post(path, form, [.origin: origin]).status == 403)
        }
        #expect(try await browser.user == "bob")
        let good = try await browser.post(path, ["form_token": shown.formToken, "session": session])
        #expect(good.status == 303, "the control")
        #expect(try await browser.user != "bob")
    }

    @Test func `signing out leaves the others, and leads to them`() async throws {
        let (_, browser) = try await Self.browser("ada", "bob")
        let old = browser.sessionCookie
        let reply = try await browser.submit("/sign-out", on: "/account", [:])
        #expect(reply.location == "/accounts?done=signed-out")
        let shown = try await browser.get("/accounts?done=signed-out")
        #expect(shown.alert == "You are signed out." && shown.choices.map(\.name) == ["ada Example"])
        #expect(try await browser.get("/account").status == 303, "nobody is in use before they are chosen")
        #expect(try await browser.get("/sign-in").text.contains("id=\"choose-account\""))
        try await browser.choose("ada")
        #expect(try await browser.user == "ada")
        browser.set("__Host-martlet", to: old)
        #expect(try await browser.get("/account").status == 303)
    }

    @Test func `signing out of all accounts ends every session here, and none elsewhere`() async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        let elsewhere = TestBrowser(server)
        try await elsewhere.enter("ada")
        let old = browser.cookies
        let reply = try await browser.submit("/accounts/sign-out", on: "/accounts", [:])
        #expect(reply.location == "/sign-in?done=signed-out")
        #expect(Set(browser.cookies.keys) == ["__Host-martlet-form"])
        for (name, value) in old { browser.set(name, to: value) }
        #expect(try await browser.get("/accounts").status == 303)
        #expect(try await elsewhere.user == "ada")
    }

    @Test func `who was blocked or signed out drops out of the list, and so does the cookie`() async throws {
        let (server, browser) = try await Self.browser("ada", "bob", "eve")
        let ada = try #require(try await server.provider.accounts.account(.username(Username("ada")!)))
        try await server.provider.block(ada.id.description)
        let shown = try await browser.get("/accounts")
        #expect(shown.choices.map(\.name) == ["eve Example", "bob Example"])
        #expect(browser.cookies["__Host-martlet-2"] == nil)
        #expect(browser.cookies["__Host-martlet-3"] != nil)
    }

    @Test func `who is chosen after their session ended signs in again, under their name`() async throws {
        let (server, browser) = try await Self.browser("ada", "bob")
        let shown = try await browser.get("/accounts")
        let ada = try #require(try await server.provider.accounts.account(.username(Username("ada")!)))
        try await server.provider.provider.sessions.endAll(of: Subject.ID(ada.id.description))
        let reply = try await browser.post("/accounts/choose", shown.choiceForm("ada Example"))
        #expect(reply.location == "/sign-in?again=yes&hint=ada")
        let page = try await browser.get(reply.location ?? "")
        #expect(page.attribute(after: "id=\"username\" name=\"username\" type=\"text\" value=\"") == "ada")
        #expect(try await browser.user == "bob")
    }

    @Test func `the chooser leads to a page of ours and nowhere else`() async throws {
        let (_, browser) = try await Self.browser("ada", "bob")
        for (path, target) in [("/account/keys", "/account/keys"), ("//evil.example", "/account")] {
            let shown = try await browser.get("/accounts?return=\(TestForm.encode(path))")
            #expect(shown.attribute(after: "name=\"return\" value=\"") == (target == path ? path : nil))
            let form = shown.choiceForm("ada Example").setting("return", to: path)
            _ = try await browser.choose("bob")
            #expect(try await browser.post("/accounts/choose", form).location == target)
        }
    }

    @Test func `where nobody is signed in the chooser leads to the sign-in page`() async throws {
        let reply = try await TestBrowser(TestServer()).get("/accounts?return=/account/keys")
        #expect(reply.location == "/sign-in?return=/account/keys")
    }
}
