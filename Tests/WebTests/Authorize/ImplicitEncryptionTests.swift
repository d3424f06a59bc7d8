import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// ID tokens of the front channel, encrypted for their client (OIDC Core §10.2), and those for clients with names of their own (§8).
struct ImplicitEncryptionTests {
    /// A server where clients register, and the wish of one that asks for tokens at once.
    private static func registered(_ members: JSONObject) async throws -> (TestServer, RelyingParty) {
        let server = try TestServer(
            over: try await TestProvider { ($0.registration, $0.servesImplicitFlow) = (.open, true) }
        )
        try await server.person("ada")
        let wish: JSONObject = [
            "redirect_uris": [.string(RelyingParty.redirect)], "grant_types": ["implicit"],
            "response_types": ["token id_token", "id_token"],
        ]
        let reply = try await server.call(.post, "/oauth/register", .json(.object(wish.merging(members))))
        #expect(reply.status == 201, "\(reply.text)")
        #expect(reply.json?["response_types"] == ["id_token", "id_token token"])
        #expect(reply.json?["grant_types"] == ["implicit"])
        return (server, RelyingParty(server, TestClient(id: reply["client_id"] ?? "", method: .clientSecretBasic)))
    }

    private static func set(_ key: PrivateKey) -> JSON {
        ["keys": [.object(key.publicKey.toPublicJSON(kid: "reads", use: "enc"))]]
    }

    @Test(arguments: ImplicitParty.types)
    func `what registered encryption gets no other`(type: String) async throws {
        let key = try PrivateKey.generate(.ec(.p256))
        let (server, app) = try await Self.registered([
            "jwks": Self.set(key), "id_token_encrypted_response_alg": "ECDH-ES",
        ])
        let change = ["response_type": type, "scope": "openid email"]
        let answer = try await app.authorize(TestBrowser(server), change).front
        let token = try JWE(parsing: answer["id_token"] ?? "")
        #expect(token.kid == "reads" && token.contentType == "JWT")
        let signed = try JWS.parse(
            String(decoding: try token.decrypt(with: key, random: server.provider.random), as: UTF8.self),
            policy: JWSPolicy(algorithms: [.es256], type: .untyped)
        )
        try signed.verify(with: TestKey.known().privateKey.publicKey)
        let claims = try JSONObject.parse(signed.payload)
        #expect((claims["email"] != nil) == (type == "id_token"))
        #expect((answer["access_token"] != nil) == (claims["at_hash"] != nil))
    }

    @Test func `where its key is away nothing is sent, and the client is told in the fragment`() async throws {
        let (url, key) = ("https://app.example/jwks.json", try PrivateKey.generate(.ec(.p256)))
        let (server, app) = try await Self.registered([
            "jwks_uri": .string(url), "id_token_encrypted_response_alg": "ECDH-ES",
        ])
        let browser = TestBrowser(server)
        let refused = try await app.authorize(browser, ["response_type": "id_token token"])
        #expect(refused.front["error"] == "server_error" && refused.front["access_token"] == nil)
        #expect(refused.front["state"] == "state of the app")
        server.provider.clock.advance(by: 61)
        server.provider.documents.put(.json(Self.set(key)), at: url)
        let answer = try await app.authorize(browser, ["response_type": "id_token token"])
        #expect(answer.front["id_token"] != nil, "the control")
    }

    @Test func `a sector has names of its own, in both tokens and userinfo`() async throws {
        let (server, app) = try await Self.registered(["subject_type": "pairwise"])
        let answer = try await app.authorize(TestBrowser(server), ["response_type": "id_token token"]).front
        var names: Set<String> = []
        for name in ["id_token", "access_token"] {
            let parts = (answer[name] ?? "").split(separator: ".")
            let claims = try JSONObject.parse(Base64URL.decode(String(parts[1])) ?? [])
            names.insert(claims["sub"]?.stringValue ?? "")
        }
        names.insert(try await app.userinfo(answer["access_token"] ?? "")["sub"] ?? "")
        #expect(names.count == 1 && names.first?.count == 22)
    }
}
