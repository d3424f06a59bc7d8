import Accounts
import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// What a request demands with `claims` and `id_token_hint` (OIDC Core §3.1.2.1, §5.5).
struct ClaimsRequestTests {
    private let server: TestServer
    private let app: RelyingParty
    private let browser: TestBrowser

    /// Ada is signed in, and has allowed the application what it asks for.
    init() async throws {
        server = try await TestServer()
        for name in ["ada", "bob"] { try await server.person(name) }
        app = try await RelyingParty(server)
        browser = TestBrowser(server)
        #expect(try await app.authorize(browser).answer["code"] != nil)
        // What comes now is another dialogue.
        server.provider.clock.advance(by: 60)
    }

    private func idToken(_ answer: TestReply, _ app: RelyingParty? = nil) async throws -> JSONObject {
        try Self.claims(await (app ?? self.app).redeem(answer))
    }

    private static func claims(_ tokens: TestReply) throws -> JSONObject {
        let token = try #require(tokens["id_token"])
        return try JSONObject.parse(#require(Base64URL.decode(token.split(separator: ".")[1])))
    }

    private static func demanding(_ subject: String, in part: String = "id_token") -> String {
        #"{"\#(part)":{"sub":{"value":"\#(subject)"}}}"#
    }

    @Test(arguments: ["id_token", "userinfo"])
    func `a sub with a value is that person or nobody`(part: String) async throws {
        let ada = try #require(try await idToken(browser.get(app.request(["prompt": "none"])))["sub"]?.stringValue)
        let own = try await browser.get(
            app.request(["prompt": "none", "claims": Self.demanding(ada, in: part)])
        )
        #expect(try await idToken(own)["sub"]?.stringValue == ada, "the control")
        let other = ["claims": Self.demanding("nobody", in: part)]
        let silent = try await browser.get(app.request(other.merging(["prompt": "none"]) { $1 }))
        #expect(silent.answer["error"] == "login_required" && silent.answer["code"] == nil)
        let asked = try await browser.get(app.request(other))
        #expect(asked.location?.hasPrefix("/sign-in?") == true)
        let answer = try await app.go(on: asked, browser, as: "bob")
        #expect(answer.answer["error"] == "login_required" && answer.answer["code"] == nil)
    }

    @Test func `a pairwise sub is demanded as the client knows it`() async throws {
        let other = try await RelyingParty(server, id: "pairwise") { $0.metadata.isPairwise = true }
        let sub = try await idToken(other.authorize(browser), other)["sub"]?.stringValue ?? ""
        let request = { other.request(["prompt": "none", "claims": Self.demanding($0)]) }
        #expect(try await browser.get(request(sub)).answer["code"] != nil)
        let account = try await idToken(browser.get(app.request(["prompt": "none"])))["sub"]?.stringValue ?? ""
        #expect(account != sub)
        #expect(try await browser.get(request(account)).answer["error"] == "login_required")
    }

    @Test func `who signs in as another than id_token_hint names is sent back, and not asked for ever`() async throws {
        let hint = try #require(try await app.redeem(browser.get(app.request(["prompt": "none"])))["id_token"])
        let bob = TestBrowser(server)
        let answer = try await app.authorize(bob, as: "bob", ["id_token_hint": hint])
        #expect(answer.answer["error"] == "login_required" && answer.answer["state"] == "state of the app")
        #expect(try await app.authorize(TestBrowser(server), ["id_token_hint": hint]).answer["code"] != nil)
    }

    @Test(
        arguments: [
            (#"{"essential":true,"values":["urn:other"]}"#, false), (#"{"essential":true,"value":"urn:other"}"#, false),
            (#"{"essential":true,"values":[]}"#, false),
            (#"{"essential":true,"values":["urn:other","urn:martlet:acr:password"]}"#, true),
            (#"{"essential":true,"value":"urn:martlet:acr:password"}"#, true), (#"{"essential":true}"#, true),
            (#"{"values":["urn:other"]}"#, true), ("null", true),
        ]
    )
    func `an essential acr that nobody can meet fails`(acr: String, isMet: Bool) async throws {
        let reply = try await browser.get(app.request(["claims": #"{"id_token":{"acr":\#(acr)}}"#]))
        #expect(reply.answer["error"] == (isMet ? nil : "unmet_authentication_requirements"))
        #expect((reply.answer["code"] != nil) == isMet && reply.answer["state"] == "state of the app")
    }

    @Test(arguments: [
        #"{"id_token":{"sub":{"value":1}}}"#, #"{"id_token":{"sub":{"value":["x"]}}}"#,
        #"{"id_token":{"acr":{"essential":true,"value":1}}}"#,
        #"{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":{"value":"y"}}}"#, #"{"id_token":{"sub":"x"}}"#, "[]",
    ])
    func `what is no demand is refused`(claims: String) async throws {
        #expect(try await browser.get(app.request(["claims": claims])).answer["error"] == "invalid_request")
    }

    @Test func `a sub other than that of id_token_hint is refused`() async throws {
        let hint = try #require(try await app.redeem(browser.get(app.request(["prompt": "none"])))["id_token"])
        let both = app.request(["id_token_hint": hint, "claims": Self.demanding("nobody")])
        #expect(try await browser.get(both).answer["error"] == "invalid_request")
    }

    @Test func `what is asked for by name is in the ID token, of a refresh as well`() async throws {
        let asked = #"{"id_token":{"name":{"essential":true},"email":null,"phone_number":null}}"#
        let answer = try await app.authorize(browser, ["scope": "openid offline_access", "claims": asked])
        let tokens = try await app.redeem(answer)
        for claims in [try Self.claims(tokens), try Self.claims(await app.refresh(tokens["refresh_token"] ?? ""))] {
            #expect(claims["name"] == "ada Example" && claims["email"] == "ada@example.org")
            #expect(claims["phone_number"] == nil && claims["email_verified"] == nil)
        }
        let told = try await app.userinfo(tokens["access_token"] ?? "").json
        #expect(told?["name"] == nil, "what is asked for in one place is not told in the other")
    }
}
