import Accounts
import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// Requests of applications in a browser with several accounts.
struct AccountChoiceTests {
    /// A browser in which Ada waits and Bob is in use, and an application that both have allowed.
    private struct Scene {
        let server: TestServer
        let app: RelyingParty
        let browser: TestBrowser
        private(set) var accounts: [String: Account] = [:]
        private(set) var idTokens: [String: String] = [:]

        init() async throws {
            server = try await TestServer()
            app = try await RelyingParty(server)
            browser = TestBrowser(server)
            for name in ["ada", "bob"] {
                accounts[name] = try await server.person(name)
                try await browser.enter(name)
                idTokens[name] = try await app.redeem(app.authorize(browser, as: name))["id_token"]
            }
            server.provider.clock.advance(by: 60)
        }

        /// Who the code of `answer` is for.
        func person(_ answer: TestReply) async throws -> String? {
            guard answer.answer["code"] != nil else { return nil }
            let token = try await app.redeem(answer)["id_token"] ?? ""
            let payload = try JWS.parse(token, policy: JWSPolicy(algorithms: [.es256], type: .untyped)).payload
            let subject = try JSONObject.parse(payload)["sub"]?.stringValue
            return accounts.first { $0.value.id.description == subject }?.key
        }

        /// Follows redirects inside the server.
        func follow(_ reply: TestReply) async throws -> TestReply {
            var reply = reply
            while let location = reply.location, location.hasPrefix("/") { reply = try await browser.get(location) }
            return reply
        }
    }

    @Test(arguments: ["ada", "bob"])
    func `select_account asks, and goes on as who was chosen, for this request alone`(name: String) async throws {
        let scene = try await Scene()
        let asked = try await scene.follow(scene.browser.get(scene.app.request(["prompt": "select_account"])))
        #expect(asked.choices.map(\.name) == ["bob Example", "ada Example"])
        #expect(asked.text.contains("to go on to "))
        #expect(asked.field("Content-Security-Policy")?.contains("form-action") == false, "the way leads out")
        let chosen = try await scene.browser.post("/accounts/choose", asked.choiceForm("\(name) Example"))
        let answer = try await scene.follow(chosen)
        #expect(answer.location?.hasPrefix(RelyingParty.redirect) == true)
        #expect(try await scene.person(answer) == name)
        #expect(try await scene.browser.user == "bob", "what an application asks for is not what the pages are of")
        // Met once for that request, and not for the next.
        let again = try await scene.follow(scene.browser.get(scene.app.request(["prompt": "select_account"])))
        #expect(again.choices.count == 2)
    }

    @Test func `another account is one that signs in`() async throws {
        let scene = try await Scene()
        try await scene.server.person("eve")
        let asked = try await scene.follow(scene.browser.get(scene.app.request(["prompt": "select_account"])))
        let path = try #require(asked.attribute(after: "id=\"another-account\" href=\""))
        let shown = try await scene.browser.get(path.replacing("&amp;", with: "&"))
        let answer = try await scene.app.go(on: shown, scene.browser, as: "eve")
        #expect(answer.answer["code"] != nil)
        #expect(try await scene.browser.user == "eve")
        #expect(try await scene.browser.get("/accounts").choices.count == 3)
    }

    @Test func `select_account without anybody signed in is a sign-in`() async throws {
        let scene = try await Scene()
        let reply = try await TestBrowser(scene.server).get(scene.app.request(["prompt": "select_account"]))
        #expect(reply.location?.hasPrefix("/sign-in?") == true)
    }

    @Test func `login select_account asks both, and signs in who was chosen`() async throws {
        let scene = try await Scene()
        let asked = try await scene.follow(scene.browser.get(scene.app.request(["prompt": "login select_account"])))
        let form = try await scene.follow(scene.browser.post("/accounts/choose", asked.choiceForm("ada Example")))
        #expect(form.attribute(after: "id=\"username\" name=\"username\" type=\"text\" value=\"") == "ada")
        let answer = try await scene.app.go(on: form, scene.browser, as: "ada")
        #expect(try await scene.person(answer) == "ada")
    }

    @Test func `what was chosen in one browser means nothing in another`() async throws {
        let scene = try await Scene()
        let asked = try await scene.follow(scene.browser.get(scene.app.request(["prompt": "select_account"])))
        let chosen = try await scene.browser.post("/accounts/choose", asked.choiceForm("ada Example"))
        let link = try #require(chosen.location)
        let victim = TestBrowser(scene.server)
        #expect(try await victim.get(link).location?.hasPrefix("/sign-in?") == true)
        try await scene.server.person("eve")
        try await victim.enter("eve")
        #expect(try await scene.app.go(on: victim.get(link), victim, as: "eve").answer["code"] != nil)
        #expect(try await victim.user == "eve")
        #expect(try await scene.person(scene.follow(scene.browser.get(link))) == "ada", "the control")
    }

    @Test(arguments: ["ada", "bob"])
    func `an ID token hint is answered for its account, without a question`(name: String) async throws {
        let scene = try await Scene()
        let request = scene.app.request(["prompt": "none", "id_token_hint": scene.idTokens[name]])
        #expect(try await scene.person(scene.browser.get(request)) == name)
        #expect(try await scene.browser.user == "bob")
    }

    @Test func `an ID token hint of an account that is not signed in is login_required`() async throws {
        let scene = try await Scene()
        try await scene.server.provider.provider.sessions.endAll(
            of: Subject.ID(scene.accounts["ada"]!.id.description)
        )
        let request = scene.app.request(["prompt": "none", "id_token_hint": scene.idTokens["ada"]])
        #expect(try await scene.browser.get(request).answer["error"] == "login_required")
        let control = scene.app.request(["prompt": "none", "id_token_hint": scene.idTokens["bob"]])
        #expect(try await scene.browser.get(control).answer["code"] != nil)
    }

    @Test(arguments: [
        ("ada", "ada"), ("ADA@example.org", "ada"), ("bob", "bob"), ("nobody", "bob"), ("ad", "bob"),
        ("<script>", "bob"), ("", "bob"),
    ])
    func `a login hint means an account that is signed in, or none`(hint: String, name: String) async throws {
        let scene = try await Scene()
        let request = scene.app.request(["prompt": "none", "login_hint": hint])
        #expect(try await scene.person(scene.browser.get(request)) == name)
        #expect(try await scene.browser.user == "bob")
    }

    @Test func `who signs in for a request is who it is answered for, whatever its hint says`() async throws {
        let scene = try await Scene()
        let form = try await scene.follow(
            scene.browser.get(scene.app.request(["prompt": "login", "login_hint": "ada"]))
        )
        let answer = try await scene.app.go(on: form, scene.browser, as: "bob")
        #expect(try await scene.person(answer) == "bob")
    }

    @Test func `where accounts wait and none is in use, a request asks for one, and prompt none for a sign-in`()
        async throws
    {
        let scene = try await Scene()
        _ = try await scene.browser.submit("/sign-out", on: "/account", [:])
        let silent = try await scene.browser.get(scene.app.request(["prompt": "none"]))
        #expect(silent.answer["error"] == "login_required")
        let asked = try await scene.follow(scene.browser.get(scene.app.request()))
        #expect(asked.choices.map(\.name) == ["ada Example"])
        let chosen = try await scene.browser.post("/accounts/choose", asked.choiceForm("ada Example"))
        #expect(try await scene.person(scene.follow(chosen)) == "ada")
    }

    @Test func `consent is the chosen account's, and only who was asked can give it`() async throws {
        let scene = try await Scene()
        let wide: [String: String?] = ["prompt": "select_account", "scope": "openid email"]
        let asked = try await scene.follow(scene.browser.get(scene.app.request(wide)))
        let chosen = try await scene.browser.post("/accounts/choose", asked.choiceForm("ada Example"))
        let question = try await scene.follow(chosen)
        #expect(question.text.contains("You are signed in as ada Example"))
        #expect(question.text.contains("id=\"another-account\""))
        // The token of a form of the account in use is none of this form.
        let foreign = try await scene.browser.get("/account").formToken
        let refused = try await scene.browser.post(
            "/authorize/consent",
            question.consentForm(choice: "allow").setting("form_token", to: foreign)
        )
        #expect(refused.status == 403)
        let answer = try await scene.browser.post("/authorize/consent", question.consentForm(choice: "allow"))
        #expect(try await scene.person(answer) == "ada")
        let silent = scene.app.request(["prompt": "none", "scope": "openid email"])
        #expect(try await scene.browser.get(silent).answer["error"] == "consent_required", "Bob allowed nothing")
    }

    @Test(arguments: ["ada", "bob"])
    func `a logout request ends the session that its ID token names, in use or not`(name: String) async throws {
        let scene = try await Scene()
        let hint = PercentEncoding.encode(scene.idTokens[name] ?? "")
        let reply = try await scene.browser.get("/end-session?id_token_hint=\(hint)")
        #expect(reply.status == 200 && reply.text.contains("You are signed out"))
        let left = name == "ada" ? "bob" : "ada"
        #expect(try await scene.browser.get("/accounts").choices.map(\.name) == ["\(left) Example"])
        #expect(try await scene.browser.user == (name == "ada" ? "bob" : nil))
    }
}
