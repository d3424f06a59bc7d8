import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// What the operator decides for one client; beside each refusal the client that nothing was decided for.
struct ClientPolicyTests {
    private static func app(
        id: String,
        _ server: TestServer,
        _ method: ClientAuthenticationMethod = .clientSecretBasic,
        _ change: @escaping (inout ClientPolicy) -> Void
    ) async throws -> RelyingParty {
        try await RelyingParty(server, id: id, method) { change(&$0.policy) }
    }

    @Test func `a code challenge may be asked of a client with a secret`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let plain: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
        let strict = try await Self.app(id: "strict", server) { $0.requiresPKCE = true }
        let reply = try await TestBrowser(server).get(strict.request(plain))
        #expect(reply.answer["error"] == "invalid_request")
        #expect(reply.answer["error_description"] == "code_challenge is missing: this client must send one, with S256")
        #expect(try await TestBrowser(server).get(strict.request()).location?.hasPrefix("/sign-in") == true)
        let usual = try await Self.app(id: "usual", server) { _ in }
        #expect(try await TestBrowser(server).get(usual.request(plain)).location?.hasPrefix("/sign-in") == true)
    }

    @Test func `people are not asked about the operator's own application, unless it asks for that`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        let own = try await Self.app(id: "own", server) { $0.skipsConsent = true }
        #expect(try await browser.get(own.request()).answer["code"] != nil)
        #expect(try await browser.get(own.request(["prompt": "none"])).answer["code"] != nil)
        #expect(try await browser.get(own.request(["prompt": "consent"])).answer["code"] == nil)
        let usual = try await Self.app(id: "usual", server) { _ in }
        #expect(try await browser.get(usual.request(["prompt": "none"])).answer["error"] == "consent_required")
    }

    @Test func `tokens live as long as the policy says`() async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let short = try await Self.app(id: "short", server) {
            ($0.accessTokenLifetime, $0.idTokenLifetime, $0.refreshTokenLifetime) = (120, 180, 600)
        }
        let usual = try await Self.app(id: "usual", server) { _ in }
        var refresh: [String] = []
        for (app, access, identity) in [(short, 120, 180), (usual, 3600, 3600)] as [(RelyingParty, Int64, Int64)] {
            let answer = try await app.authorize(TestBrowser(server), ["scope": "openid offline_access"])
            let tokens = try await app.redeem(answer)
            #expect(tokens.json?["expires_in"]?.integerValue == access)
            let policy = JWSPolicy(algorithms: [.es256], type: .untyped)
            let claims = try JSONObject.parse(JWS.parse(tokens["id_token"] ?? "", policy: policy).payload)
            let (from, until) = (claims["iat"]?.integerValue ?? 0, claims["exp"]?.integerValue ?? 0)
            #expect(until - from == identity)
            refresh.append(tokens["refresh_token"] ?? "")
        }
        server.provider.clock.advance(by: 601)
        #expect(try await short.refresh(refresh[0]).error == "invalid_grant")
        #expect(try await usual.refresh(refresh[1]).status == 200)
    }

    @Test func `an assertion may name the token endpoint where the policy says so`() async throws {
        let server = try await TestServer()
        let provider = server.provider
        let endpoint: JSON = .string(TestProvider.issuer + "/oauth/token")
        for (isTaken, audience, status) in [
            (true, endpoint, 200), (true, .string(TestProvider.issuer), 200), (false, endpoint, 401),
            (true, [.string(TestProvider.issuer), endpoint], 401),
            (true, .string(TestProvider.issuer + "/oauth/"), 401),
            (true, .string(TestProvider.issuer + "/oauth/par"), 200),
            (false, .string(TestProvider.issuer + "/oauth/par"), 401),
        ] as [(Bool, JSON, Int)] {
            let id = "c\(provider.random.bytes(4).map(String.init).joined())"
            let client = try await provider.addClient(.privateKeyJWT, id: id) {
                $0.policy.takesTokenEndpointAudience = isTaken
            }
            let assertion = try await provider.assertion(of: client, .with { $0.claims = ["aud": audience] })
            #expect(await provider.requestToken(assertion: assertion).status == status)
        }
    }

    @Test func `assertions are signed with what the policy allows`() async throws {
        let provider = try await TestServer().provider
        let narrow = try await provider.addClient(.privateKeyJWT, id: "narrow") {
            $0.policy.assertionAlgorithms = ["PS256"]
        }
        let refused = try await provider.requestToken(as: narrow)
        #expect(refused.status == 401 && refused.error == "invalid_client")
        let wide = try await provider.addClient(.privateKeyJWT, id: "wide") {
            $0.policy.assertionAlgorithms = ["ES256", "PS256"]
        }
        #expect(try await provider.requestToken(as: wide).status == 200)
    }
}
