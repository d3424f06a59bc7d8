import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// What an authorization request is refused for, and who is told.
struct AuthorizationRefusalTests {
    @Test(arguments: [
        "https://evil.example/callback", "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback", "https://a@b@app.example/callback", "HTTPS://app.example/callback",
        "https://APP.example/callback", "https://app.example/Callback", "https://app.example/callback?x=1",
        "https://app.example/callback/", "https://app.example/callback?", "https://app.example/callback#f",
        "https://app.example/callback#", "https://app.example\\@evil.example/callback",
        "https://app.example/callback\t", "https://app.example/callback\r\nX: y", "//app.example/callback",
        "https://app.example:443/callback", "https://app.example/x/../callback", "javascript:alert(1)", "",
        "http://127.0.0.1/callback", "https://\u{FEFF}app.example/callback",
    ])
    func `AR-01 to AR-11 another redirect URI gets a page and goes nowhere`(uri: String) async throws {
        let app = try await RelyingParty(TestServer())
        for change in [["redirect_uri": uri], ["redirect_uri": uri, "scope": "\u{7F}", "prompt": "none"]] {
            let reply = try await TestBrowser(app.server).get(app.request(change))
            #expect(reply.status == 400 && reply.location == nil)
            #expect(reply.field("Cache-Control") == "no-store" && !reply.text.contains("evil.example"))
            #expect(
                app.server.journal[reply.requestID].map(\.refusal.failed.check) == [
                    uri.isEmpty ? "parameters" : "redirect_uri"
                ]
            )
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true), ("http://[::1]/cb", "http://[::1]:9/cb", true),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true),
        ("http://127.0.0.1/cb", "http://localhost:1/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/other", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb?x", false),
        ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb", false),
        ("http://localhost/cb", "http://localhost:1/cb", false),
        ("https://127.0.0.1/cb", "https://127.0.0.1:1/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil/cb", false),
        ("com.example.app:/cb", "com.example.app:/cb", true),
        ("com.example.app:/cb", "com.example.app.evil:/cb", false),
    ])
    func `AR-10 the port of a loopback address may differ, and nothing else`(
        registered: String,
        presented: String,
        isAccepted: Bool
    ) async throws {
        let app = try await RelyingParty(TestServer(), .none) { client in
            client.metadata.redirectURIs = [RedirectURI(registering: registered, isNative: true)!]
            client.metadata.isNative = true
        }
        let reply = try await TestBrowser(app.server).get(app.request(["redirect_uri": presented]))
        #expect(reply.status == (isAccepted ? 303 : 400))
    }

    /// Each is told to the client, with the state of the request.
    @Test(
        arguments: [
            (["response_type": "token"], "unsupported_response_type"),
            (["response_type": "code id_token"], "unsupported_response_type"),
            (["response_type": "Code"], "unsupported_response_type"),
            (["response_mode": "fragment"], "invalid_request"),
            (["response_mode": "form_post.jwt"], "invalid_request"), (["scope": "openid\u{7F}"], "invalid_scope"),
            (["scope": "unheard:of"], "invalid_scope"), (["prompt": "none login"], "invalid_request"),
            (["prompt": "undress"], "invalid_request"), (["max_age": "-1"], "invalid_request"),
            (["max_age": "1.5"], "invalid_request"),
            (["max_age": "99999999999999999999"], "invalid_request"),
            (["code_challenge_method": "plain"], "invalid_request"),
            (["code_challenge_method": nil], "invalid_request"), (["code_challenge": "short"], "invalid_request"),
            (["code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="], "invalid_request"),
            (["code_challenge": nil], "invalid_request"), (["claims": "{"], "invalid_request"),
            (["claims": #"{"userinfo":1}"#], "invalid_request"),
            (["id_token_hint": "e30.e30.e30"], "invalid_request"),
            (["nonce": String(repeating: "n", count: 1025)], "invalid_request"),
        ] as [([String: String?], String)]
    )
    func `AR-19 to AR-27, PK-01, PK-02 and PK-08 a bad parameter is told to the client`(
        change: [String: String?],
        error: String
    ) async throws {
        let app = try await RelyingParty(TestServer())
        let reply = try await TestBrowser(app.server).get(app.request(change))
        #expect(reply.status == 303)
        #expect(
            reply.location?.hasPrefix(RelyingParty.redirect + "?error=\(error)&") == true,
            "\(reply.location ?? "")"
        )
        #expect(reply.answer["state"] == "state of the app" && reply.answer["iss"] == TestProvider.issuer)
        #expect(reply.answer["code"] == nil && app.server.journal[reply.requestID].map(\.refusal.error) == [error])
    }

    /// Both orders; an empty one counts as one of two.
    @Test(arguments: ["client_id", "redirect_uri"], ["&%=again", "&%=", "&%=https%3A%2F%2Fevil.example"])
    func `AR-13 a client or redirect URI that is there twice gets a page`(name: String, more: String) async throws {
        let app = try await RelyingParty(TestServer())
        let twice = more.replacing("%=", with: "\(name)=")
        for path in [app.request() + twice, "/authorize?" + twice.dropFirst() + "&" + app.query()] {
            let reply = try await TestBrowser(app.server).get(path)
            #expect(reply.status == 400 && reply.location == nil && !reply.text.contains("evil.example"))
        }
    }

    /// Whoever read the first one and whoever read the last one would take it for another request (RFC 6749 §3.1).
    @Test(arguments: [
        "response_type", "state", "scope", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age",
        "response_mode", "display", "ui_locales", "acr_values", "claims", "login_hint", "id_token_hint", "request",
        "request_uri", "unheard_of",
    ])
    func `AR-14 any other parameter that is there twice is told to the client`(name: String) async throws {
        let app = try await RelyingParty(TestServer())
        let once = app.request(app.query().contains("\(name)=") ? [:] : [name: "1"])
        for more in ["&\(name)=again", "&\(name)="] {
            let reply = try await TestBrowser(app.server).get(once + more)
            #expect(reply.status == 303 && reply.answer["error"] == "invalid_request", "\(reply.location ?? "")")
            #expect(reply.location?.hasPrefix(RelyingParty.redirect) == true && reply.answer["code"] == nil)
            #expect(reply.answer["state"] == (name == "state" ? nil : "state of the app"))
        }
    }

    @Test func `RFC 8707 the one that may be there several times is no such parameter`() async throws {
        let app = try await RelyingParty(TestServer())
        let several = "&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example"
        let reply = try await TestBrowser(app.server).get(app.request() + several)
        #expect(reply.answer["error"] == "invalid_target")
    }

    @Test(arguments: [
        "x", "\"><script>alert(1)</script>", "ümläut & más", "a b+c%20d", "🐦", String(repeating: "s", count: 2_000),
    ])
    func `AR-22 and CO-07 the state comes back as it was sent, in a query and in a form`(state: String) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let app = try await RelyingParty(server)
        for mode in ["query", "form_post"] {
            let answer = try await app.authorize(TestBrowser(server), ["state": state, "response_mode": mode])
            #expect(answer.answer["state"]?.replacing("&lt;", with: "<").replacing("&gt;", with: ">") == state)
            #expect(!answer.text.contains("<script>alert"))
            #expect(answer.field("Referrer-Policy") == "no-referrer")
        }
    }

    @Test(arguments: [
        "//evil.example", "/\\evil.example", "https:evil.example", "%09//evil.example", "/authorize", "/authorize?\\",
        "/authorize//evil", "/authorizeevil?x", "/account/../../evil", "https://evil.example/account",
    ])
    func `AR-18 the sign-in page leads to pages of this server`(path: String) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let reply = try await TestBrowser(server).signIn("ada", ["return": path])
        #expect(reply.status == 303 && reply.location == "/account")
    }

    @Test func `AR-29 what a client says of the person is escaped`() async throws {
        let app = try await RelyingParty(TestServer())
        let browser = TestBrowser(app.server)
        let reply = try await browser.get(app.request(["login_hint": "\"><script>alert(1)</script>"]))
        let page = try await browser.get(reply.location ?? "")
        #expect(page.status == 200 && !page.text.contains("<script>"))
    }

    @Test func `CO-04 a public program on a machine is allowed anew each time, another application once`() async throws
    {
        let server = try await TestServer()
        try await server.person("ada")
        let browser = TestBrowser(server)
        let native = try await RelyingParty(server, id: "native", .none) { client in
            client.metadata.redirectURIs = [RedirectURI(registering: "com.example.app:/cb", isNative: true)!]
            client.metadata.isNative = true
        }
        let web = try await RelyingParty(server, id: "web")
        for (app, uri, isAsked) in [(native, "com.example.app:/cb", true), (web, RelyingParty.redirect, false)] {
            _ = try await app.authorize(browser, ["redirect_uri": uri])
            let again = try await browser.get(app.request(["redirect_uri": uri]))
            #expect(again.text.contains("id=\"allow\"") == isAsked)
        }
    }

    @Test func `a person who does not allow it is sent back with that`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let app = try await RelyingParty(server)
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        let asked = try await browser.get(app.request())
        #expect(asked.text.contains("Know who you are") && asked.text.contains("https://app.example"))
        let answer = try await browser.post("/authorize/consent", asked.consentForm(choice: "deny"))
        #expect(answer.status == 303 && answer.answer["error"] == "access_denied")
        #expect(answer.answer["state"] == "state of the app")
        #expect(try await browser.get(app.request(["prompt": "none"])).answer["error"] == "consent_required")
    }

    @Test func `CO-03 a form of another browser, or of none, allows nothing`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        try await server.person("bob")
        let app = try await RelyingParty(server)
        let (ada, bob) = (TestBrowser(server), TestBrowser(server))
        try await ada.signIn("ada")
        try await bob.signIn("bob")
        let asked = try await bob.get(app.request())
        #expect(try await ada.post("/authorize/consent", asked.consentForm(choice: "allow")).status == 403)
        let foreign: HTTPFields = [.origin: "https://evil.example"]
        let own = try await ada.get(app.request())
        #expect(try await ada.post("/authorize/consent", own.consentForm(choice: "allow"), foreign).status == 403)
        #expect(try await ada.post("/authorize/consent", own.consentForm(choice: "allow")).answer["code"] != nil)
    }
}
