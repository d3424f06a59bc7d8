import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

/// Pushed authorization requests (RFC 9126) as a browser meets them.
struct PushedRequestTests {
    private static func app(
        _ method: ClientAuthenticationMethod = .clientSecretBasic,
        id: String = "app",
        on server: TestServer? = nil,
        _ change: (inout Client) -> Void = { _ in }
    ) async throws -> RelyingParty {
        if let server { return try await RelyingParty(server, id: id, method, change) }
        let fresh = try await TestServer()
        try await fresh.person("ada")
        return try await RelyingParty(fresh, id: id, method, change)
    }

    /// The page that asks the person whether they allow it, or what else comes before.
    private static func question(_ app: RelyingParty, _ browser: TestBrowser, _ path: String) async throws -> TestReply
    {
        var reply = try await browser.get(path)
        for _ in 0..<4 {
            if let location = reply.location {
                reply = try await browser.get(location)
            } else if reply.text.contains("id=\"sign-in\"") {
                reply = try await browser.post("/sign-in", reply.signInForm("ada"))
            } else {
                break
            }
        }
        return reply
    }

    @Test(arguments: ClientAuthenticationMethod.allCases)
    func `a client of any method pushes, and its person signs in`(method: ClientAuthenticationMethod) async throws {
        let app = try await Self.app(method)
        let pushed = try await app.push(["state": "pushed", "scope": "openid email"])
        #expect(pushed.status == 201 && pushed.field("Cache-Control") == "no-store")
        #expect(pushed.json?.names == ["request_uri", "expires_in"] && pushed.json?["expires_in"] == 60)
        let name = try #require(pushed["request_uri"])
        let secret = try #require(name.split(separator: ":").last.map(String.init))
        #expect(name == "urn:ietf:params:oauth:request_uri:" + secret && Base64URL.decode(secret)?.count == 32)
        #expect(try await app.push()["request_uri"] != name)
        let browser = TestBrowser(app.server)
        let answer = try await app.go(on: browser.get(app.address(of: pushed)), browser)
        #expect(answer.answer["state"] == "pushed" && answer.answer["iss"] == TestProvider.issuer)
        let tokens = try await app.redeem(answer)
        #expect(tokens.status == 200 && tokens["scope"] == "openid email")
    }

    @Test func `the pages carry the short request on`() async throws {
        let app = try await Self.app()
        let browser = TestBrowser(app.server)
        let pushed = try await app.push(["state": String(repeating: "s", count: 9000)])
        let first = try await browser.get(app.address(of: pushed))
        let second = try await Self.question(app, browser, app.address(of: pushed))
        for carried in [first.location, second.inputs["request"]] {
            let carried = try #require(carried)
            #expect(carried.contains("request_uri") && !carried.contains("sss") && carried.utf8.count < 700)
        }
        #expect(second.text.contains("Know who you are"))
        let answer = try await browser.post("/authorize/consent", second.consentForm(choice: "allow"))
        #expect(answer.answer["state"]?.count == 9000)
        let long = try await TestBrowser(app.server).get(app.request(["state": String(repeating: "s", count: 9000)]))
        #expect(long.status == 400, "the control: by browser it is too long")
    }

    @Test func `PR-02 what one client pushed is no other's`() async throws {
        let app = try await Self.app()
        let other = try await Self.app(id: "other", on: app.server)
        let pushed = try await app.push()
        let browser = TestBrowser(app.server)
        #expect(app.isRefused(try await browser.get(other.address(of: pushed)), "another client's"))
        let unnamed = app.address(of: pushed).replacing("client_id=app&", with: "")
        #expect(try await browser.get(unnamed).status == 400)
        let control = try await app.go(on: browser.get(app.address(of: pushed)), browser)
        #expect(control.answer["code"] != nil)
        let made = "urn:ietf:params:oauth:request_uri:"
        for name in ["", "x", Base64URL.encode([UInt8](repeating: 0, count: 32)), (pushed["request_uri"] ?? "") + "A"] {
            let path = app.address(of: pushed, ["request_uri": name.hasPrefix(made) ? name : made + name])
            #expect(app.isRefused(try await browser.get(path), "unknown"), "\(name)")
        }
    }

    @Test func `PR-03 it may be opened again until it is answered, and not after`() async throws {
        let app = try await Self.app()
        let (browser, pushed) = (TestBrowser(app.server), try await app.push())
        let path = app.address(of: pushed)
        for _ in 0..<3 { #expect(try await browser.get(path).location?.hasPrefix("/sign-in?") == true) }
        let question = try await Self.question(app, browser, path)
        #expect(try await browser.get(path).text.contains("id=\"allow\""), "also once the person has signed in")
        let answer = try await browser.post("/authorize/consent", question.consentForm(choice: "allow"))
        #expect(answer.answer["code"] != nil)
        #expect(app.isRefused(try await browser.get(path), "used"))
        #expect(app.isRefused(try await TestBrowser(app.server).get(path), "used"))
        let again = try await browser.post("/authorize/consent", question.consentForm(choice: "allow"))
        #expect(app.isRefused(again, "used"))
        // The control: the same by browser is answered as often as it comes.
        for _ in 0..<2 { #expect(try await browser.get(app.request()).answer["code"] != nil) }
    }

    @Test func `PR-03 a refusal is an answer too`() async throws {
        let app = try await Self.app()
        let silent = app.address(of: try await app.push(["prompt": "none"]))
        let browser = TestBrowser(app.server)
        #expect(try await browser.get(silent).answer["error"] == "login_required")
        #expect(app.isRefused(try await browser.get(silent), "used"))
        let path = app.address(of: try await app.push())
        let question = try await Self.question(app, browser, path)
        let answer = try await browser.post("/authorize/consent", question.consentForm(choice: "deny"))
        #expect(answer.answer["error"] == "access_denied")
        #expect(app.isRefused(try await browser.get(path), "used"))
        let unasked = app.address(of: try await app.push(["prompt": "none"]))
        #expect(try await browser.get(unasked).answer["error"] == "consent_required")
        #expect(app.isRefused(try await browser.get(unasked), "used"))
    }

    @Test func `tokens at once are one answer, too`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.servesImplicitFlow = true })
        try await server.person("ada")
        let app = try await Self.app(on: server) { client in
            client.grants = [.implicit]
            client.metadata.responseTypes = [.idToken]
        }
        let (browser, pushed) = (TestBrowser(server), try await app.push(["response_type": "id_token"]))
        let answer = try await app.go(on: browser.get(app.address(of: pushed)), browser)
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "#") == true && answer.front["id_token"] != nil)
        #expect(app.isRefused(try await browser.get(app.address(of: pushed)), "used"))
        #expect(try await app.push().error == "unauthorized_client", "the control: it gets no codes")
    }

    @Test(arguments: [(59, true), (60, false), (61, false)])
    func `PR-04 it is opened within a minute`(seconds: Int64, isGood: Bool) async throws {
        let app = try await Self.app()
        let pushed = try await app.push()
        app.server.provider.clock.advance(by: seconds)
        let reply = try await TestBrowser(app.server).get(app.address(of: pushed))
        #expect(isGood ? reply.location?.hasPrefix("/sign-in?") == true : app.isRefused(reply, "expired"))
    }

    @Test(arguments: [(0, true), (61, true), (1800, true), (3500, true), (3600, false)])
    func `a person may take as long as over any request`(seconds: Int64, isGood: Bool) async throws {
        let app = try await Self.app()
        let (browser, pushed) = (TestBrowser(app.server), try await app.push())
        app.server.provider.clock.advance(by: 59)
        let first = try await browser.get(app.address(of: pushed))
        let form = try await browser.get(first.location ?? "")
        app.server.provider.clock.advance(by: seconds)
        let reloaded = try await TestBrowser(app.server).get(app.address(of: pushed))
        #expect(isGood ? reloaded.location?.hasPrefix("/sign-in?") == true : app.isRefused(reloaded, "expired"))
        let reply = try await browser.post("/sign-in", form.signInForm("ada"))
        let answer = try await app.go(on: reply, browser)
        #expect(isGood ? answer.answer["code"] != nil : app.isRefused(answer, "expired"))
    }

    @Test func `PR-06 nothing beside it counts`() async throws {
        let app = try await Self.app()
        let beside = [
            "scope": "openid email phone", "redirect_uri": "https://evil.example/", "state": "beside",
            "response_type": "token", "response_mode": "form_post", "nonce": "beside", "prompt": "none",
            "code_challenge": "x", "code_challenge_method": "plain", "resource": "https://evil.example",
            "login_hint": "beside", "max_age": "x", "claims": "{",
        ]
        let (browser, pushed) = (TestBrowser(app.server), try await app.push())
        let long = beside.merging(["extension": String(repeating: "x", count: 9000)]) { $1 }
        let page = try await Self.question(app, browser, app.address(of: pushed, long))
        #expect(page.text.contains("id=\"allow\"") && !page.text.contains("evil.example"))
        let answer = try await browser.post("/authorize/consent", page.consentForm(choice: "allow"))
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?") == true)
        #expect(answer.answer["state"] == "state of the app")
        let tokens = try await app.redeem(answer)
        #expect(tokens.status == 200 && tokens["scope"] == "openid")
        let policy = JWSPolicy(algorithms: [.es256], type: .untyped)
        let claims = try JSONObject.parse(JWS.parse(tokens["id_token"] ?? "", policy: policy).payload)
        #expect(claims["nonce"] == "n-0S6_WzA2Mj")
        let control = try await TestBrowser(app.server).get(app.request(["prompt": "none"]))
        #expect(control.answer["error"] == "login_required", "the control: without a push they count")
    }

    @Test func `JR-03 a request object beside a pushed request is told to the client`() async throws {
        let app = try await Self.app()
        let pushed = try await app.push(["state": "pushed"])
        let reply = try await TestBrowser(app.server).get(app.address(of: pushed, ["request": "a.b.c"]))
        #expect(reply.location?.hasPrefix(RelyingParty.redirect + "?") == true)
        #expect(reply.answer["error"] == "invalid_request" && reply.answer["state"] == "pushed")
    }

    @Test(arguments: [true, false])
    func `PR-07 who must push is not served otherwise`(isPolicy: Bool) async throws {
        let app = try await Self.app(.privateKeyJWT) { client in
            client.policy.requiresPushedRequests = isPolicy
            client.metadata.requiresPushedRequests = !isPolicy
        }
        let reply = try await TestBrowser(app.server).get(app.request())
        #expect(reply.location?.hasPrefix(RelyingParty.redirect + "?") == true)
        #expect(reply.answer["error"] == "invalid_request" && reply.answer["state"] == "state of the app")
        let page = try await TestBrowser(app.server).get(app.request(["redirect_uri": "https://evil.example/"]))
        #expect(page.status == 400 && page.location == nil)
        let browser = TestBrowser(app.server)
        let answer = try await app.go(on: browser.get(app.address(of: try await app.push())), browser)
        #expect(answer.answer["code"] != nil, "the control: what is pushed is served")
        let free = try await Self.app(id: "free", on: app.server)
        #expect(try await TestBrowser(app.server).get(free.request()).location?.hasPrefix("/sign-in?") == true)
    }

    @Test func `PR-08 it is posted and nothing else`() async throws {
        let app = try await Self.app()
        for method in [HTTPRequest.Method.get, .put, .delete, .patch, .head] {
            let reply = try await app.server.call(method, "/oauth/par")
            #expect(reply.status == 405 && reply.field("Allow") == "POST")
        }
        #expect(try await app.push().status == 201)
    }

    @Test func `what was pushed outlives a restart, and is kept as a digest`() async throws {
        let app = try await Self.app()
        let pushed = try await app.push()
        let secret = pushed["request_uri"]?.split(separator: ":").last.map(String.init) ?? ""
        let rows = try app.server.provider.stores.database.read { connection in
            try connection.query("SELECT hex(digest), parameters FROM pushed_request") {
                (try $0.text(0), try $0.text(1))
            }
        }
        #expect(rows.map(\.0) == [Hexadecimal.encode(Hash.digest(Base64URL.decode(secret) ?? [])).uppercased()])
        #expect(rows.allSatisfy { !$0.1.contains(secret) && $0.1.contains("redirect_uri") })
        let later = try TestServer(over: try await app.server.provider.restarted())
        let reply = try await TestBrowser(later).get(app.address(of: pushed))
        #expect(reply.location?.hasPrefix("/sign-in?") == true)
    }
}
