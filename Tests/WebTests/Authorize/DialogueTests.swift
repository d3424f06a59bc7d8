import Cryptography
import JOSE
import OAuth
import Provider
import Testing
import TestSupport

@testable import Web

/// The sealed state that travels with a request through the pages: changed, of another request, of another tab.
struct DialogueTests {
    /// A person who signed in just now, in the middle of a request that asks for that.
    private struct Scene {
        let server: TestServer
        let app: RelyingParty
        let browser: TestBrowser
        /// The way back to the request: with it the sign-in counts, without it another is needed.
        let path: String

        init(_ change: [String: String?] = [:]) async throws {
            server = try await TestServer()
            try await server.person("ada")
            app = try await RelyingParty(server)
            browser = TestBrowser(server)
            _ = try await app.authorize(browser)
            server.provider.clock.advance(by: 5)
            path = try await Self.ask(app, browser, change)
            server.provider.clock.advance(by: 5)
            try await browser.enter("ada")
            // What begins anew from here on begins after that.
            server.provider.clock.advance(by: 1)
        }

        /// Where a request that wants a new sign-in goes on after it.
        static func ask(_ app: RelyingParty, _ browser: TestBrowser, _ change: [String: String?]) async throws -> String
        {
            let shown = try await browser.get(app.request(["prompt": "login"].merging(change) { $1 }))
            #expect(shown.location?.hasPrefix("/sign-in?") == true)
            return try #require(shown.answer["return"])
        }
    }

    private static let mark = "&dialogue="

    /// The sealed value at the end of a path or query.
    private static func dialogue(in text: String) throws -> String {
        String(text[try #require(text.firstRange(of: mark)).upperBound...])
    }

    /// `text` with its character at `index` changed for the next one of the alphabet.
    private static func flipped(_ text: String, at index: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var characters = Array(text)
        let place = alphabet.firstIndex(of: characters[index]).map { ($0 + 1) % alphabet.count } ?? 0
        characters[index] = alphabet[place]
        return String(characters)
    }

    @Test func `AR-34 with any byte of its state changed a request begins anew`() async throws {
        let scene = try await Scene()
        let sealed = try Self.dialogue(in: scene.path)
        #expect(sealed.hasPrefix("v4.local.") && sealed.utf8.count > 100)
        for index in sealed.indices.map({ sealed.distance(from: sealed.startIndex, to: $0) }) {
            let path = scene.path.replacing(sealed, with: Self.flipped(sealed, at: index))
            let reply = try await scene.browser.get(path)
            #expect(reply.location?.hasPrefix("/sign-in?") == true && reply.answer["code"] == nil, "byte \(index)")
        }
        for cut in [String(sealed.dropLast()), sealed + "A", "", "v4.local.", sealed + "." + sealed] {
            let reply = try await scene.browser.get(scene.path.replacing(sealed, with: cut))
            #expect(reply.location?.hasPrefix("/sign-in?") == true)
        }
        #expect(try await scene.browser.get(scene.path).answer["code"] != nil, "the control: as it was it goes on")
    }

    @Test func `AR-34 a question that is answered with changed state gives no code`() async throws {
        let scene = try await Scene(["scope": "openid email"])
        let question = try await scene.browser.get(scene.path)
        let request = try #require(question.inputs["request"])
        let sealed = try Self.dialogue(in: request)
        for index in stride(from: 0, to: sealed.utf8.count, by: 3) {
            let form = question.consentForm(choice: "allow").setting(
                "request",
                to: request.replacing(sealed, with: Self.flipped(sealed, at: index))
            )
            let reply = try await scene.browser.post("/authorize/consent", form)
            #expect(reply.answer["code"] == nil && reply.status != 200, "byte \(index)")
        }
        let answer = try await scene.browser.post("/authorize/consent", question.consentForm(choice: "allow"))
        #expect(answer.answer["code"] != nil, "the control")
    }

    @Test(arguments: [
        ("scope", "openid email"), ("redirect_uri", "https://app.example/other"), ("state", "another"),
        ("prompt", "login consent"), ("nonce", "another"), ("client_id", "other"),
    ])
    func `AR-34 the state of one request is none of a request that differs in anything`(
        name: String,
        value: String
    ) async throws {
        let scene = try await Scene()
        _ = try await RelyingParty(scene.server, id: "other")
        let sealed = try Self.dialogue(in: scene.path)
        let other = scene.app.request(["prompt": "login"].merging([name: value]) { $1 }) + Self.mark + sealed
        let reply = try await scene.browser.get(other)
        if name == "redirect_uri" {
            #expect(reply.status == 400 && reply.location == nil)
        } else {
            #expect(reply.location?.hasPrefix("/sign-in?") == true)
        }
    }

    @Test func `AR-34 what began more than an hour ago begins anew`() async throws {
        let scene = try await Scene()
        scene.server.provider.clock.advance(by: 3_593)
        #expect(try await scene.browser.get(scene.path).answer["code"] != nil, "the control")
        scene.server.provider.clock.advance(by: 1)
        #expect(try await scene.browser.get(scene.path).location?.hasPrefix("/sign-in?") == true)
    }

    @Test func `AR-35 two tabs go their ways, each to its own application with its own state`() async throws {
        let scene = try await Scene(["state": "tab A"])
        let other = try await RelyingParty(scene.server, id: "other") { client in
            client.metadata.redirectURIs = [RedirectURI(registering: "https://other.example/cb", isNative: false)!]
        }
        let change: [String: String?] = ["state": "tab B", "redirect_uri": "https://other.example/cb"]
        let second = try await Scene.ask(other, scene.browser, change)
        let (first, sealed) = (try Self.dialogue(in: scene.path), try Self.dialogue(in: second))
        // The way of one tab with the state of the other, after the sign-in that each waits for.
        scene.server.provider.clock.advance(by: 5)
        try await scene.browser.enter("ada")
        scene.server.provider.clock.advance(by: 1)
        for path in [second.replacing(sealed, with: first), scene.path.replacing(first, with: sealed)] {
            #expect(try await scene.browser.get(path).location?.hasPrefix("/sign-in?") == true)
        }
        let (a, b) = (
            try await scene.browser.get(scene.path), try await other.go(on: scene.browser.get(second), scene.browser)
        )
        #expect(a.location?.hasPrefix(RelyingParty.redirect + "?code=") == true && a.answer["state"] == "tab A")
        #expect(b.location?.hasPrefix("https://other.example/cb?code=") == true && b.answer["state"] == "tab B")
        // A code of the one tab is none of the other's application.
        #expect(try await other.redeem(a, ["redirect_uri": "https://other.example/cb"]).error == "invalid_grant")
        #expect(try await other.redeem(b, ["redirect_uri": "https://other.example/cb"]).status == 200)
    }

    @Test func `CO-03 what is added to the answer of a question is not granted`() async throws {
        let scene = try await Scene(["scope": "openid email"])
        let question = try await scene.browser.get(scene.path)
        let more: TestForm = [
            "scope": "openid email phone offline_access", "resource": "https://api.example", "client_id": "other",
            "redirect_uri": "https://evil.example/cb", "claims": #"{"userinfo":{"phone_number":null}}"#,
            "code_challenge": "x", "state": "another", "nonce": "another",
        ]
        let form = question.consentForm(choice: "allow") + more
        let answer = try await scene.browser.post("/authorize/consent", form)
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?code=") == true)
        #expect(answer.answer["state"] == "state of the app")
        let tokens = try await scene.app.redeem(answer)
        #expect(tokens["scope"] == "openid email" && tokens["refresh_token"] == nil)
        #expect(try tokens.claims["nonce"]?.stringValue == "n-0S6_WzA2Mj")
        let names = try await scene.app.userinfo(tokens["access_token"] ?? "").json?.names
        #expect(names.map(Set.init) == ["sub", "email", "email_verified"])
        // It is not remembered either; what was asked for is.
        for (scope, error) in [("openid email", nil), ("openid email phone", "consent_required")] as [(String, String?)]
        {
            let silent = scene.app.request(["prompt": "none", "scope": scope])
            #expect(try await scene.browser.get(silent).answer["error"] == error)
        }
    }
}
