import Accounts
import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// Applications that know people by pairwise names (OIDC Core §8).
struct PairwiseTests {
    private static func app(
        _ server: TestServer,
        _ id: String,
        isPairwise: Bool = true
    ) async throws -> RelyingParty {
        try await RelyingParty(server, id: id) { $0.metadata.isPairwise = isPairwise }
    }

    private static func claims(_ token: String?, _ type: JWSPolicy.ExpectedType = .untyped) throws -> JSONObject {
        try JSONObject.parse(JWS.parse(token ?? "", policy: .init(algorithms: [.es256], type: type)).payload)
    }

    @Test func `the same name is in the ID token, the access token, userinfo and introspection`() async throws {
        let server = try await TestServer()
        let person = try await server.person("ada")
        let app = try await Self.app(server, "pairwise")
        let browser = TestBrowser(server)
        let tokens = try await app.redeem(try await app.authorize(browser, ["scope": "openid offline_access"]))
        let name = try #require(try Self.claims(tokens["id_token"])["sub"]?.stringValue)
        #expect(name != person.id.description && name.utf8.count == 22)
        let access = tokens["access_token"] ?? ""
        #expect(try Self.claims(access, .required("at+jwt"))["sub"]?.stringValue == name)
        #expect(try await app.userinfo(access)["sub"] == name)
        let introspected = try await server.provider.call("/oauth/introspect", as: app.client, ["token": access])
        #expect(introspected["sub"] == name)
        let refreshed = try await app.refresh(tokens["refresh_token"] ?? "")
        #expect(try Self.claims(refreshed["id_token"])["sub"]?.stringValue == name)
        #expect(try await app.userinfo(refreshed["access_token"] ?? "")["sub"] == name)
        for reply in [tokens, refreshed] {
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(!text.contains(person.id.description))
        }
        let plain = try await Self.app(server, "public", isPairwise: false)
        let others = try await plain.redeem(try await plain.authorize(browser))
        #expect(try Self.claims(others["id_token"])["sub"]?.stringValue == person.id.description)
    }

    @Test func `an ID token is a hint at the person it names`() async throws {
        let server = try await TestServer()
        _ = try await server.person("ada")
        _ = try await server.person("bob")
        let app = try await Self.app(server, "pairwise")
        let browser = TestBrowser(server)
        let tokens = try await app.redeem(try await app.authorize(browser))
        let hint: [String: String?] = ["prompt": "none", "id_token_hint": tokens["id_token"]]
        #expect(try await browser.get(app.request(hint)).answer["code"] != nil)
        let another = TestBrowser(server)
        _ = try await app.authorize(another, as: "bob")
        #expect(try await another.get(app.request(hint)).answer["error"] == "login_required")
    }
}
