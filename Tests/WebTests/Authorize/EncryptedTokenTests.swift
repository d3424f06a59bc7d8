import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// ID tokens and userinfo that are encrypted for their client (OIDC Core §2, §5.3.2, §10.2).
struct EncryptedTokenTests {
    private static let rsa = Task { try PrivateKey.generate(.rsa(bits: 2048)) }

    /// A client that registered `members`, with a key for encryption, and the person who uses it.
    private struct Scene {
        let server: TestServer
        let app: RelyingParty
        let key: PrivateKey
        let registered: TestReply

        init(_ algorithm: JWEAlgorithm, _ members: JSONObject, keysAt url: String? = nil) async throws {
            key = algorithm == .ecdhES ? try PrivateKey.generate(.ec(.p256)) : try await EncryptedTokenTests.rsa.value
            server = try TestServer(
                over: try await TestProvider {
                    $0.registration = .open
                    $0.codeLifetime = 600
                }
            )
            _ = try await server.person("ada")
            var wish: JSONObject = [
                "redirect_uris": [.string(RelyingParty.redirect)],
                "grant_types": ["authorization_code", "refresh_token"],
            ]
            if let url { wish["jwks_uri"] = .string(url) } else { wish["jwks"] = Self.set(key) }
            registered = try await server.call(.post, "/oauth/register", .json(.object(wish.merging(members))))
            #expect(registered.status == 201, "\(registered.text)")
            let id = registered["client_id"] ?? ""
            app = RelyingParty(
                server,
                TestClient(id: id, method: .clientSecretBasic, secret: registered["client_secret"])
            )
        }

        /// A key set, in which a key that signs is before the one to encrypt for.
        static func set(_ key: PrivateKey) -> JSON {
            let other = try! TestKey.known().privateKey.publicKey.toPublicJSON(kid: "signs", use: "sig")
            return ["keys": [.object(other), .object(key.publicKey.toPublicJSON(kid: "reads", use: "enc"))]]
        }

        /// What is inside of `token`, and its header.
        func opened(_ token: String) throws -> (content: [UInt8], JWE) {
            let parsed = try JWE(parsing: token)
            return (try parsed.decrypt(with: key, random: server.provider.random), parsed)
        }

        /// The claims of a token that the server signed.
        func verified(_ signed: [UInt8]) throws -> JSONObject {
            let policy = JWSPolicy(algorithms: [.es256], type: .untyped)
            let token = try JWS.parse(String(decoding: signed, as: UTF8.self), policy: policy)
            try token.verify(with: TestKey.known().privateKey.publicKey)
            return try JSONObject.parse(token.payload)
        }

        func tokens() async throws -> TestReply {
            let changes: [String: String?] = ["scope": "openid email offline_access", "prompt": "consent"]
            return try await app.redeem(try await app.authorize(TestBrowser(server), changes))
        }
    }

    @Test(arguments: JWEAlgorithm.allCases, [nil] + ContentEncryption.allCases.map(Optional.some))
    func `an ID token is signed and then encrypted, at the refresh too`(
        algorithm: JWEAlgorithm,
        encryption: ContentEncryption?
    ) async throws {
        var members: JSONObject = ["id_token_encrypted_response_alg": .string(algorithm.rawValue)]
        if let encryption { members["id_token_encrypted_response_enc"] = .string(encryption.rawValue) }
        let scene = try await Scene(algorithm, members)
        #expect(
            scene.registered["id_token_encrypted_response_enc"] == encryption?.rawValue ?? "A128CBC-HS256",
            "the default of OIDC Registration §2"
        )
        let first = try await scene.tokens()
        let again = try await scene.app.refresh(first["refresh_token"] ?? "")
        for (tokens, nonce) in [(first, "n-0S6_WzA2Mj"), (again, nil)] {
            let (content, token) = try scene.opened(tokens["id_token"] ?? "")
            #expect(token.algorithm == algorithm && token.encryption == encryption ?? .a128CBCHS256)
            #expect(token.kid == "reads" && token.contentType == "JWT")
            let claims = try scene.verified(content)
            #expect(claims["aud"]?.stringValue == scene.app.client.id && claims["nonce"]?.stringValue == nonce)
            let other = try PrivateKey.generate(scene.key.kind)
            #expect(throws: JOSEError.self) { try token.decrypt(with: other, random: scene.server.provider.random) }
        }
        #expect(try await scene.app.userinfo(first["access_token"] ?? "")["email"] != nil, "userinfo is plain")
    }

    @Test(arguments: [true, false])
    func `userinfo is encrypted, signed before where the client wants it`(isSigned: Bool) async throws {
        var members: JSONObject = [
            "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A256GCM",
        ]
        if isSigned { members["userinfo_signed_response_alg"] = "ES256" }
        let scene = try await Scene(.ecdhES, members)
        let tokens = try await scene.tokens()
        #expect(tokens["id_token"]?.split(separator: ".").count == 3, "the ID token is as it was")
        let reply = try await scene.app.userinfo(tokens["access_token"] ?? "")
        #expect(reply.status == 200 && reply.field("Content-Type") == "application/jwt")
        let (content, token) = try scene.opened(reply.text)
        #expect(token.encryption == .a256GCM && token.contentType == (isSigned ? "JWT" : nil))
        let claims = isSigned ? try scene.verified(content) : try JSONObject.parse(content)
        #expect(claims["email"]?.stringValue != nil)
        #expect((claims["aud"]?.stringValue == scene.app.client.id) == isSigned)
    }

    @Test func `where the client's key is away nothing is sent that is not encrypted, and no code is used up`()
        async throws
    {
        let url = "https://app.example/jwks.json"
        let members: JSONObject = [
            "id_token_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_alg": "ECDH-ES",
        ]
        let scene = try await Scene(.ecdhES, members, keysAt: url)
        let documents = scene.server.provider.documents
        let answer = try await scene.app.authorize(TestBrowser(scene.server))
        for wrong in [JSON?.none, JSON.object(["keys": [.object(try TestKey(.ed25519).jwk)]])] {
            if let wrong { documents.put(.json(wrong), at: url) }
            let refused = try await scene.app.redeem(answer)
            #expect(refused.status == 500 && refused.error == "server_error" && refused["id_token"] == nil)
            #expect(
                scene.server.journal[refused.requestID].map(\.refusal.failed.check) == [
                    wrong == nil ? "jwks_uri" : "encryption key"
                ]
            )
            scene.server.provider.clock.advance(by: 61)
        }
        documents.put(.json(Scene.set(scene.key)), at: url)
        let tokens = try await scene.app.redeem(answer)
        #expect(tokens.status == 200, "the control, and the code was not used up")
        _ = try scene.verified(try scene.opened(tokens["id_token"] ?? "").content)
        let reply = try await scene.app.userinfo(tokens["access_token"] ?? "")
        #expect(try JSONObject.parse(try scene.opened(reply.text).content)["sub"] != nil)
    }
}
