import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// The modules of the plan oidcc-dynamic that no other file has, each a test of its name.
struct DynamicPlanTests {
    private static let keySet = "https://app.example/jwks.json"

    /// A client that registered itself, whose keys lie at an address, and the tokens that a person's sign-in brought it.
    private struct Plan {
        let server: TestServer
        let app: RelyingParty
        let key: TestKey
        private(set) var tokens: TestReply!

        init() async throws {
            server = try TestServer(over: try await TestProvider { $0.registration = .open })
            try await server.person("ada")
            key = try TestKey.p256()
            let wish: JSONObject = [
                "redirect_uris": [.string(RelyingParty.redirect)], "token_endpoint_auth_method": "private_key_jwt",
                "jwks_uri": .string(keySet), "grant_types": ["authorization_code", "refresh_token"],
                "id_token_signed_response_alg": "ES256",
            ]
            let registered = try await server.call(.post, "/oauth/register", .json(.object(wish)), [:])
            #expect(registered.status == 201)
            let id = registered["client_id"] ?? ""
            app = RelyingParty(server, TestClient(id: id, method: .privateKeyJWT, key: key))
            publish(key, "first")
            let change = ["scope": "openid offline_access", "prompt": "consent"]
            let answer = try await app.authorize(TestBrowser(server), change)
            tokens = try await token(
                key,
                "first",
                [
                    "grant_type": "authorization_code", "code": answer.answer["code"] ?? "",
                    "redirect_uri": RelyingParty.redirect, "code_verifier": RelyingParty.verifier,
                ]
            )
            #expect(tokens.status == 200)
        }

        func publish(_ key: TestKey, _ kid: String) {
            let set = [JSON.object(key.privateKey.publicKey.toPublicJSON(kid: kid))]
            server.provider.documents.put(.json(["keys": .array(set)]), at: keySet)
        }

        func refresh(_ key: TestKey, _ kid: String) async throws -> TestReply {
            let refresh = tokens["refresh_token"] ?? ""
            return try await token(key, kid, ["grant_type": "refresh_token", "refresh_token": refresh])
        }

        /// Asks the token endpoint, with an assertion that `key` signs.
        private func token(_ key: TestKey, _ kid: String, _ form: TestForm) async throws -> TestReply {
            let now = server.provider.clock.now()
            let claims: JSONObject = [
                "iss": .string(app.client.id), "sub": .string(app.client.id), "aud": .string(TestProvider.issuer),
                "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds),
                "jti": .string(Base64URL.encode(server.provider.random.bytes(16))),
            ]
            let header: JSONObject = ["alg": .string(key.algorithm.rawValue), "kid": .string(kid)]
            let assertion = try TestAssertion(header: header, claims: claims).signed(by: key, .none, now: now)
            return try await server.call(
                .post,
                "/oauth/token",
                .form(TestProvider.form(assertion: assertion) + form),
                [:]
            )
        }
    }

    @Test func `oidcc-refresh-token`() async throws {
        let plan = try await Plan()
        plan.server.provider.clock.advance(by: 1)
        let next = try await plan.refresh(plan.key, "first")
        #expect(next.status == 200 && next["id_token"] != nil)
        #expect(try await plan.app.userinfo(next["access_token"] ?? "").status == 200)
        #expect(try await plan.refresh(TestKey.p256(), "first").error == "invalid_client")
    }

    @Test func `oidcc-refresh-token-rp-key-rotation`() async throws {
        let plan = try await Plan()
        let new = try TestKey.p256()
        plan.publish(new, "second")
        plan.server.provider.clock.advance(by: 60)
        #expect(try await plan.refresh(new, "second").status == 200)
        #expect(try await plan.refresh(plan.key, "first").error == "invalid_client", "the control: the old one is gone")
    }

    /// With the option that the plan needs; without it two of the response types are missing (`ImplicitSecurityTests`).
    @Test func `oidcc-discovery-endpoint-verification`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.servesImplicitFlow = true })
        let reply = try await server.call(.get, "/.well-known/openid-configuration")
        #expect(reply.status == 200 && reply.field("Content-Type") == "application/json")
        let metadata = try #require(reply.json)
        #expect(metadata["issuer"]?.stringValue == TestProvider.issuer)
        #expect(metadata["response_types_supported"] == ["code", "id_token", "id_token token"])
        #expect(metadata["response_modes_supported"] == ["query", "fragment", "form_post"])
        #expect(
            metadata["grant_types_supported"] == [
                "client_credentials", "authorization_code", "refresh_token", "implicit",
            ]
        )
        for name in metadata.names where name.hasSuffix("_endpoint") || name == "jwks_uri" {
            #expect(metadata[name]?.stringValue?.hasPrefix("https://") == true, "\(name)")
        }
        for name in [
            "subject_types_supported", "id_token_signing_alg_values_supported", "claims_supported", "scopes_supported",
            "userinfo_signing_alg_values_supported", "code_challenge_methods_supported",
        ] {
            #expect(metadata[name]?.stringsValue?.isEmpty == false, "\(name)")
        }
        #expect(metadata["scopes_supported"]?.stringsValue?.contains("openid") == true)
    }

    @Test func `oidcc-userinfo-rs256`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.registration = .open })
        let person = try await server.person("ada")
        let (key, now) = (try PrivateKey.generate(.rsa(bits: 2048)), server.provider.clock.now())
        let keys = server.provider.dependencies.keys
        let signing = try SigningKey(key, algorithm: .rs256, createdAt: now - 86_400)
        keys.replace(with: keys.published(at: now) + [signing])
        let wish: JSONObject = [
            "redirect_uris": [.string(RelyingParty.redirect)], "userinfo_signed_response_alg": "RS256",
        ]
        let registered = try await server.call(.post, "/oauth/register", .json(.object(wish)), [:])
        #expect(registered.status == 201 && registered["userinfo_signed_response_alg"] == "RS256")
        let client = TestClient(
            id: registered["client_id"] ?? "",
            method: .clientSecretBasic,
            secret: registered["client_secret"]
        )
        let app = RelyingParty(server, client)
        let tokens = try await app.redeem(app.authorize(TestBrowser(server), ["scope": "openid email"]))
        let reply = try await app.userinfo(tokens["access_token"] ?? "")
        #expect(reply.status == 200 && reply.field("Content-Type") == "application/jwt")
        let signed = try JWS.parse(reply.text, policy: JWSPolicy(algorithms: [.rs256], type: .untyped))
        try signed.verify(with: key.publicKey)
        #expect(signed.kid == key.publicKey.thumbprint)
        let claims = try JSONObject.parse(signed.payload)
        #expect(claims["sub"]?.stringValue == person.id.description && claims["email"] == "ada@example.org")
        #expect(claims["iss"]?.stringValue == TestProvider.issuer && claims["aud"]?.stringValue == client.id)
        #expect(claims["nonce"] == nil)
        // The control: a client that wants nothing signed.
        let plain = try await RelyingParty(server)
        let others = try await plain.redeem(plain.authorize(TestBrowser(server)))
        let told = try await plain.userinfo(others["access_token"] ?? "")
        #expect(told.field("Content-Type") == "application/json")
    }

    @Test func `oidcc-ensure-redirect-uri-in-authorization-request, with two that are registered`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.registration = .open })
        try await server.person("ada")
        let redirects = [RelyingParty.redirect, "https://app.example/second"]
        let wish: JSONObject = ["redirect_uris": .strings(redirects)]
        let registered = try await server.call(.post, "/oauth/register", .json(.object(wish)), [:])
        #expect(registered.status == 201)
        let client = TestClient(
            id: registered["client_id"] ?? "",
            method: .clientSecretBasic,
            secret: registered["client_secret"]
        )
        let (app, browser) = (RelyingParty(server, client), TestBrowser(server))
        for uri in [nil, "", redirects.joined(separator: " ")] {
            let reply = try await browser.get(app.request(["redirect_uri": uri]))
            #expect(reply.status == 400 && reply.location == nil)
            #expect(reply.text.contains("This sign-in request cannot be served"))
        }
        // The control: either of them, and the code with that one alone.
        for (uri, other) in [(redirects[0], redirects[1]), (redirects[1], redirects[0])] {
            let answer = try await app.authorize(browser, ["redirect_uri": uri])
            #expect(answer.location?.hasPrefix(uri + "?code=") == true)
            #expect(try await app.redeem(answer, ["redirect_uri": uri]).status == 200)
            let again = try await app.authorize(browser, ["redirect_uri": uri])
            #expect(try await app.redeem(again, ["redirect_uri": other]).error == "invalid_grant")
        }
    }
}
