import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

/// Every form is refused unless a page of ours was behind it. The first row of each test is the control: the same, but good.
struct FormGuardTests {
    /// The forms of somebody who is signed in, with what they carry, and what a good one is answered with.
    static let forms: [(path: String, form: TestForm, isGood: @Sendable (TestReply) -> Bool)] = [
        ("/account/name", ["name": "Ada King"], { $0.location == "/account?done=name-changed" }),
        (
            "/account/email", ["email": "new@example.org", "current_password": "correct horse battery"],
            {
                $0.location == "/account?done=email-changed"
            }
        ),
        ("/account/details/profile", ["nickname": "x"], { $0.location == "/account/details?done=details-saved" }),
        ("/account/details/address", ["country": "x"], { $0.location == "/account/details?done=details-saved" }),
        ("/account/details/phone", [:], { $0.location == "/account/details?done=details-saved" }),
        ("/account/email/confirm", [:], { $0.location == "/account?done=confirmation-sent" }),
        (
            "/account/password", ["new_password": "another horse", "current_password": "correct horse battery"],
            {
                $0.location == "/account?done=password-changed"
            }
        ),
        ("/account/sessions/end", ["session": "x"], { $0.status == 404 }),
        ("/account/sessions/end-others", [:], { $0.location == "/account/sessions?done=sessions-ended" }),
        ("/account/keys/remove", ["key": "x"], { $0.status == 404 }),
        ("/account/friends", ["friend": "nobody"], { $0.status == 422 }),
        ("/account/friends/remove", ["friend": "nobody"], { $0.location == "/account/friends?done=friend-removed" }),
        ("/sign-out", [:], { $0.location == "/sign-in?done=signed-out" }),
    ]

    /// What may be wrong with a form.
    enum Defect: CaseIterable {
        case none, noToken, otherToken, openToken, foreignOrigin, nullOrigin, crossSite, sameSite, json
    }

    @Test(arguments: forms.indices, Defect.allCases)
    func `a form of the account is taken from its own page only`(index: Int, defect: Defect) async throws {
        let (path, form, isGood) = Self.forms[index]
        let server = try await TestServer()
        try await server.person("ada") { $0.isEmailVerified = path != "/account/email/confirm" }
        let browser = TestBrowser(server)
        let open = try await browser.get("/sign-in").formToken
        try await browser.signIn("ada")
        let token = try await browser.get("/account").formToken
        let (sent, fields) = Self.spoiled(form, token: token, open: open, defect)
        let reply =
            defect == .json
            ? try await server.call(
                .post,
                path,
                .json(["form_token": .string(token)]),
                [.cookie: "__Host-martlet=\(browser.sessionCookie ?? "")"]
            ) : try await browser.post(path, sent, fields)
        guard defect != .none else { return #expect(isGood(reply), "\(path): \(reply.status) \(reply.location ?? "")") }
        #expect(reply.status == (defect == .json ? 400 : 403), "\(path)")
        #expect(reply.field("Content-Type") == "text/html; charset=utf-8")
        #expect(server.journal[reply.requestID].count == 1)
        // Nothing happened.
        let after = try await browser.get("/account")
        #expect(after.status == 200)
        #expect(after.text.contains("ada Example"))
        #expect(after.text.contains("ada@example.org"))
    }

    private static func spoiled(_ form: TestForm, token: String, open: String, _ defect: Defect) -> (
        TestForm, HTTPFields
    ) {
        let site = HTTPField.Name("Sec-Fetch-Site")!
        let own: HTTPFields = [.origin: TestProvider.issuer, site: "same-origin"]
        let good = form + ["form_token": token]
        return switch defect {
        case .none, .json: (good, own)
        case .noToken: (form, own)
        case .otherToken: (form + ["form_token": String(token.reversed())], own)
        case .openToken: (form + ["form_token": open], own)
        case .foreignOrigin: (good, [.origin: "https://evil.example"])
        case .nullOrigin: (good, [.origin: "null"])
        case .crossSite: (good, [.origin: "null", site: "cross-site"])
        case .sameSite: (good, [site: "same-site"])
        }
    }

    @Test(arguments: ["/sign-in", "/recover"], [false, true])
    func `a form before sign-in is taken from the browser that it was shown in only`(
        path: String,
        isOwn: Bool
    ) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let (browser, other) = (TestBrowser(server), TestBrowser(server))
        let token = try await (isOwn ? browser : other).get(path).formToken
        try await browser.get(path)
        let form: TestForm = ["username": "ada", "password": TestBrowser.password, "email": "ada@example.org"]
        let reply = try await browser.post(path, form + ["form_token": token])
        #expect(reply.status == (isOwn ? 303 : 403))
        if !isOwn { #expect(reply.text.contains("load its page again")) }
    }

    /// CO-02, in both directions; the control is the same token with its own question.
    @Test func `consent for one request is none for another`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let apps = [try await RelyingParty(server, id: "one"), try await RelyingParty(server, id: "other")]
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        var pages: [TestReply] = []
        for app in apps { pages.append(try await browser.get(app.request())) }
        for (page, other) in [(pages[0], pages[1]), (pages[1], pages[0])] {
            let swapped = other.consentForm(choice: "allow").setting("form_token", to: page.formToken)
            let reply = try await browser.post("/authorize/consent", swapped)
            #expect(reply.status == 403 && reply.location == nil)
        }
        let general = try await browser.get("/account").formToken
        let unasked = pages[0].consentForm(choice: "allow").setting("form_token", to: general)
        #expect(try await browser.post("/authorize/consent", unasked).status == 403)
        for (app, page) in zip(apps, pages) {
            #expect(try await browser.get(app.request(["prompt": "none"])).answer["error"] == "consent_required")
            let reply = try await browser.post("/authorize/consent", page.consentForm(choice: "allow"))
            #expect(reply.answer["code"] != nil)
        }
    }

    @Test func `a question about signing out answers no other`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        let page = try await browser.get("/end-session?state=one")
        for token in [page.formToken, try await browser.get("/account").formToken] {
            let form: TestForm = ["form_token": token, "request": "state=other"]
            #expect(try await browser.post("/end-session/confirm", form).status == 403)
        }
        #expect(try await browser.get("/account").status == 200)
        let own: TestForm = ["form_token": page.formToken, "request": "state=one"]
        #expect(try await browser.post("/end-session/confirm", own).status == 200)
        #expect(try await browser.get("/account").status == 303)
    }

    @Test func `several tabs can send their forms, one after another`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        let tokens = [try await browser.get("/account").formToken, try await browser.get("/account").formToken]
        for token in tokens {
            #expect(try await browser.post("/account/name", ["name": "Ada", "form_token": token]).status == 303)
        }
    }

    @Test(arguments: forms.map(\.path).filter { $0 != "/sign-out" })
    func `without a session a form leads to sign-in`(path: String) async throws {
        let reply = try await TestBrowser(try await TestServer()).post(path, ["form_token": "x"])
        #expect(reply.status == 303)
        #expect(reply.location?.hasPrefix("/sign-in?return=/account") == true)
        #expect(reply.location?.hasSuffix("done=session-over") == true)
    }

    @Test(arguments: ["/account", "/account/sessions"])
    func `without a session a page leads to sign-in`(path: String) async throws {
        let reply = try await TestBrowser(try await TestServer()).get(path)
        #expect(reply.status == 303)
        #expect(reply.location?.hasPrefix("/sign-in?return=") == true)
    }
}
