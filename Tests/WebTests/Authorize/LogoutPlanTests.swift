import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import Testing
import TestSupport

@testable import Web

/// The modules of the plans for RP-initiated, front-channel and back-channel logout, each a test of its name.
struct LogoutPlanTests {
    private static let back = "https://app.example/post_logout_redirect"

    /// A person who is signed in to an application, and the ID token that came of it.
    private struct Plan {
        let app: RelyingParty
        let browser: TestBrowser
        let idToken: String
        var sid: String?

        init(_ change: (inout Client) -> Void = { _ in }) async throws {
            let server = try await TestServer()
            try await server.person("ada")
            app = try await RelyingParty(server, .clientSecretBasic) { client in
                client.metadata.postLogoutRedirectURIs = [
                    RedirectURI(registering: LogoutPlanTests.back, isNative: false)!
                ]
                change(&client)
            }
            browser = TestBrowser(server)
            let tokens = try await app.redeem(app.authorize(browser))
            idToken = tokens["id_token"] ?? ""
            let signed = try JWS.parse(idToken, policy: JWSPolicy(algorithms: [.es256], type: .untyped))
            sid = try JSONObject.parse(signed.payload)["sid"]?.stringValue
        }

        func end(_ parameters: [String: String?]) async throws -> TestReply {
            let query = parameters.sorted { $0.key < $1.key }.compactMap { name, value in
                value.map { "\(name)=\(PercentEncoding.encode($0))" }
            }.joined(separator: "&")
            return try await browser.get("/end-session?\(query)")
        }

        var isSignedIn: Bool {
            get async throws { try await browser.get(app.request(["prompt": "none"])).answer["code"] != nil }
        }
    }

    @Test(arguments: [String(repeating: "s", count: 128), nil])
    func `oidcc-rp-initiated-logout and -no-state`(state: String?) async throws {
        let plan = try await Plan()
        #expect(try await plan.isSignedIn)
        let reply = try await plan.end([
            "id_token_hint": plan.idToken, "post_logout_redirect_uri": Self.back, "state": state,
        ])
        #expect(reply.status == 303)
        #expect(reply.location == Self.back + (state.map { "?state=\($0)" } ?? ""))
        #expect(try await !plan.isSignedIn)
        // Again, when nobody is signed in any more.
        #expect(
            try await plan.end(["id_token_hint": plan.idToken, "post_logout_redirect_uri": Self.back]).location
                == Self.back
        )
    }

    @Test(arguments: [
        "https://app.example/other", "\(back)?foo=bar", "https://evil.example/", "\(back)#", "//evil.example",
    ])
    func `oidcc-rp-initiated-logout-bad-post-logout-redirect-uri and -query-added`(uri: String) async throws {
        let plan = try await Plan()
        let reply = try await plan.end(["id_token_hint": plan.idToken, "post_logout_redirect_uri": uri])
        #expect(reply.status == 400 && reply.location == nil)
        #expect(reply.text.contains("This sign-out request cannot be served"))
        #expect(try await plan.isSignedIn)
    }

    @Test func `LO-01 an ID token of another browser, or of a session that is over, signs nobody out unasked`()
        async throws
    {
        let plan = try await Plan()
        let other = TestBrowser(plan.app.server)
        let there = try await plan.app.redeem(plan.app.authorize(other))
        for hint in [plan.idToken, there["id_token"] ?? ""] {
            let browser = hint == plan.idToken ? other : plan.browser
            let reply = try await browser.get("/end-session?id_token_hint=\(hint)")
            #expect(reply.status == 200 && reply.text.contains("id=\"sign-out\""))
            #expect(try await browser.get(plan.app.request(["prompt": "none"])).answer["code"] != nil)
        }
        _ = try await plan.end(["id_token_hint": plan.idToken])
        #expect(try await !plan.isSignedIn)
        _ = try await plan.app.authorize(plan.browser)
        #expect(try await plan.end(["id_token_hint": plan.idToken]).text.contains("id=\"sign-out\""))
        #expect(try await plan.isSignedIn)
    }

    @Test(arguments: ["modified", "bad", "none"])
    func `oidcc-rp-initiated-logout-modified, -bad and -no-id-token-hint`(kind: String) async throws {
        let plan = try await Plan()
        let payload = plan.idToken.split(separator: ".")[1]
        let hint: String? =
            switch kind {
            case "modified": "eyJhbGciOiJub25lIn0.\(payload)."
            case "bad": String(plan.idToken.dropLast(6)) + "AAAAAA"
            default: nil
            }
        let reply = try await plan.end(["id_token_hint": hint, "post_logout_redirect_uri": Self.back, "state": "s"])
        #expect(reply.status == 400 && reply.location == nil)
        #expect(try await plan.isSignedIn)
    }

    @Test(arguments: [[:], ["state": "s"]])
    func `oidcc-rp-initiated-logout-no-params and -only-state`(parameters: [String: String?]) async throws {
        let plan = try await Plan()
        let asked = try await plan.end(parameters)
        #expect(asked.status == 200 && asked.text.contains("id=\"sign-out\""))
        #expect(try await plan.isSignedIn, "LO-01: a page of anybody's may have sent the browser here")
        let reply = try await plan.browser.post(
            "/end-session/confirm",
            ["form_token": asked.formToken, "request": asked.inputs["request"] ?? ""]
        )
        #expect(reply.status == 200 && reply.text.contains("You are signed out"))
        #expect(try await !plan.isSignedIn)
    }

    @Test func `oidcc-rp-initiated-logout-no-post-logout-redirect-uri`() async throws {
        let plan = try await Plan()
        let reply = try await plan.end(["id_token_hint": plan.idToken, "state": "s"])
        #expect(reply.status == 200 && reply.location == nil && reply.text.contains("You are signed out"))
        #expect(try await !plan.isSignedIn)
    }

    @Test(arguments: [
        "\"><script>alert(1)</script>", "a\r\nSet-Cookie: x=1", "&state=2&post_logout_redirect_uri=//evil.example",
        "#fragment", "a b+c%20d", "ünï 🐦", "0;url=//evil.example", "'; alert(1)", "\u{0}\u{202E}",
    ])
    func `LO-04 the state of a logout comes back encoded, in a redirect and on a page`(state: String) async throws {
        for address in [nil, WebAddress("https://app.example/frontchannel_logout")] {
            let plan = try await Plan { $0.metadata.frontChannelLogoutURI = address }
            let reply = try await plan.end([
                "id_token_hint": plan.idToken, "post_logout_redirect_uri": Self.back, "state": state,
                "logout_hint": state, "client_id": plan.app.client.id,
            ])
            let onward = Self.back + "?state=" + PercentEncoding.encode(state)
            #expect(onward.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"'<>&".utf8.contains($0) })
            #expect(reply.fields[values: .setCookie].allSatisfy { !$0.hasPrefix("x=") })
            if address == nil {
                #expect(reply.status == 303 && reply.location == onward)
                #expect(reply.answer["state"] == state, "the control: it is what was sent")
            } else {
                #expect(reply.status == 200 && reply.text.contains("url=\(onward)\""))
                #expect(!reply.text.contains(state) && reply.field("Refresh") == nil)
            }
        }
    }

    @Test(arguments: ["\"><script>alert(1)</script>", "' onmouseover='alert(1)", "</form><form action=//evil.example>"])
    func `LO-04 what a logout request says is text in the question whether to sign out`(payload: String) async throws {
        let plan = try await Plan()
        let names = ["state", "logout_hint", "client_id", "ui_locales", "unknown"]
        let asked = try await plan.end(Dictionary(uniqueKeysWithValues: names.map { ($0, payload) }))
        #expect(asked.status == 200 && asked.text.contains("id=\"sign-out\"") && !asked.text.contains(payload))
        let request = try #require(asked.inputs["request"])
        #expect(PercentEncoding.decode(request[...])?.contains(payload) == true, "the control: it is there, encoded")
        let raw = try await plan.browser.get("/end-session?state=\(payload.replacing(" ", with: "+"))")
        #expect(raw.status == 200 && !raw.text.contains(payload) && !raw.text.contains("<script>alert"))
    }

    @Test func `the ID token of somebody else ends nobody's session unasked`() async throws {
        let plan = try await Plan()
        try await plan.app.server.person("bob")
        let other = TestBrowser(plan.app.server)
        let tokens = try await plan.app.redeem(plan.app.authorize(other, as: "bob"))
        let reply = try await plan.end([
            "id_token_hint": tokens["id_token"], "post_logout_redirect_uri": Self.back,
        ])
        #expect(reply.status == 200 && reply.text.contains("id=\"sign-out\""))
        #expect(try await plan.isSignedIn)
    }

    @Test func `oidcc-frontchannel-rp-initiated-logout`() async throws {
        let plan = try await Plan {
            $0.metadata.frontChannelLogoutURI = WebAddress("https://app.example/frontchannel_logout")
        }
        let reply = try await plan.end([
            "id_token_hint": plan.idToken, "post_logout_redirect_uri": Self.back, "state": "s",
        ])
        #expect(reply.status == 200)
        let issuer = PercentEncoding.encode(TestProvider.issuer)
        let address = "https://app.example/frontchannel_logout?iss=\(issuer)&amp;sid=\(plan.sid ?? "")"
        #expect(reply.text.contains("<iframe src=\"\(address)\""))
        #expect(reply.text.contains("url=\(Self.back)?state=s\""))
        #expect(reply.field("Content-Security-Policy")?.contains("frame-src https://app.example;") == true)
        #expect(try await !plan.isSignedIn)
    }

    @Test(arguments: ["end-session", "sign-out", "late sign-out", "password", "block", "delete"])
    func `oidcc-backchannel-rp-initiated-logout and LO-08 the client is told, whatever ended the session`(way: String)
        async throws
    {
        let plan = try await Plan {
            $0.metadata.backChannelLogoutURI = WebAddress("https://app.example/backchannel_logout")
        }
        let provider = plan.app.server.provider
        let ada = try #require(try await provider.accounts.account(.username(.init("ada")!)))
        #expect(try provider.stores.logoutNotices.due(at: provider.clock.now(), limit: 10).isEmpty)
        switch way {
        case "end-session": _ = try await plan.end(["id_token_hint": plan.idToken])
        case "late sign-out":
            // The access token is over, the browser's session is not.
            provider.clock.advance(by: 5_400)
            _ = try await plan.browser.submit("/sign-out", on: "/account", [:])
        case "sign-out": _ = try await plan.browser.submit("/sign-out", on: "/account", [:])
        case "block": try await provider.block(ada.id.description)
        case "delete": try await provider.delete(ada.id.description)
        default: try await provider.stores.sessions.endAll(of: .init(ada.id.description), except: nil)
        }
        let carrier = RecordingLogoutCarrier()
        let dispatcher = LogoutDispatcher(
            provider.dependencies,
            notices: provider.stores.logoutNotices,
            carrier: carrier,
            logger: provider.logger
        )
        #expect(try await dispatcher.deliverDue() == 1)
        let sent = try #require(carrier.sent.first)
        #expect(sent.address == "https://app.example/backchannel_logout")
        let signed = try JWS.parse(sent.token, policy: JWSPolicy(algorithms: [.es256], type: .required("logout+jwt")))
        try signed.verify(with: TestKey.known().privateKey.publicKey)
        let claims = try JSONObject.parse(signed.payload)
        #expect(claims["sid"]?.stringValue == plan.sid && claims["sub"]?.stringValue == ada.id.description)
        #expect(claims["events"] == ["http://schemas.openid.net/event/backchannel-logout": [:]])
        #expect(claims["nonce"] == nil && claims["aud"]?.stringValue == "app" && claims["jti"] != nil)
        #expect((claims["exp"]?.integerValue ?? 0) - (claims["iat"]?.integerValue ?? 0) <= 120)
        #expect(try await dispatcher.deliverDue() == 0)
    }

    @Test func `LO-05 a client that does not answer is tried again, and holds up no other`() async throws {
        let plan = try await Plan { $0.metadata.backChannelLogoutURI = WebAddress("https://app.example/b") }
        let other = try await RelyingParty(plan.app.server, id: "other") {
            $0.metadata.backChannelLogoutURI = WebAddress("https://other.example/b")
        }
        _ = try await other.redeem(other.authorize(plan.browser))
        _ = try await plan.browser.submit("/sign-out", on: "/account", [:])
        let provider = plan.app.server.provider
        let carrier = RecordingLogoutCarrier(failing: "https://app.example/b")
        let dispatcher = LogoutDispatcher(
            provider.dependencies,
            notices: provider.stores.logoutNotices,
            carrier: carrier,
            logger: provider.logger
        )
        #expect(try await dispatcher.deliverDue() == 2)
        #expect(carrier.sent.map(\.address) == ["https://other.example/b"])
        #expect(try await dispatcher.deliverDue() == 0)
        provider.clock.advance(by: 5)
        carrier.mend()
        #expect(try await dispatcher.deliverDue() == 1)
        #expect(carrier.sent.map(\.address) == ["https://other.example/b", "https://app.example/b"])
    }
}
