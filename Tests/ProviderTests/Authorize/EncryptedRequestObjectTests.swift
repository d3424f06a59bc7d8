import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Request objects that are encrypted for the server (RFC 9101 §6.1).
struct EncryptedRequestObjectTests {
    /// The server's keys, made once.
    private static let keys = Task {
        (rsa: try PrivateKey.generate(.rsa(bits: 2048)), ec: try PrivateKey.generate(.ec(.p256)))
    }

    private struct Scene {
        let objects: ObjectScene
        let encryption: TokenEncryption

        init(
            _ encryption: TokenEncryption = TokenEncryption(.ecdhES),
            _ change: (inout Client) -> Void = { _ in }
        ) async throws {
            let keys = try await EncryptedRequestObjectTests.keys.value
            let provider = try await TestProvider(
                decryption: DecryptionKeys([
                    DecryptionKey(keys.rsa, algorithm: .rsaOAEP256), DecryptionKey(keys.ec, algorithm: .ecdhES),
                ])
            )
            objects = try await ObjectScene(in: provider) { client in
                client.metadata.requestObjectEncryption = encryption
                change(&client)
            }
            self.encryption = encryption
        }

        /// `token` for the server, by the key that it publishes.
        func sealed(_ token: String, by other: TokenEncryption? = nil) async throws -> String {
            let encryption = other ?? encryption
            let published = await objects.provider.call(.get, "/oauth/jwks")
            let key = try #require(published.json?.encryptionKey(for: encryption.algorithm))
            return try JWE.encrypt(
                Array(token.utf8),
                for: key,
                by: encryption.content,
                contentType: "JWT",
                random: objects.provider.random
            )
        }

        func ask(_ object: String) async throws -> ObjectScene.Outcome { try await objects.ask(["request": object]) }
    }

    private static let all = JWEAlgorithm.allCases.flatMap { algorithm in
        ContentEncryption.allCases.map { TokenEncryption(algorithm, $0) }
    }

    @Test(arguments: all)
    func `what is inside is what is asked for`(encryption: TokenEncryption) async throws {
        let scene = try await Scene(encryption)
        let object = try await scene.sealed(scene.objects.object())
        #expect(try await scene.ask(object).request?.nonce == "n-inside")
        scene.objects.provider.documents.put(.bytes(Array(object.utf8)), at: ObjectScene.url)
        #expect(try await scene.objects.ask(["request_uri": ObjectScene.url]).request?.nonce == "n-inside")
        #expect(
            try await scene.ask(scene.objects.object()).request != nil,
            "one may be sent as it is (OIDC Registration §2)"
        )
        for other in Self.all where other != encryption {
            let wrong = try await scene.sealed(scene.objects.object(), by: other)
            #expect(try await scene.ask(wrong).check == "alg and enc headers")
        }
    }

    @Test func `what is encrypted may be pushed`() async throws {
        let scene = try await Scene()
        let (provider, client) = (scene.objects.provider, scene.objects.client)
        let object = try await scene.sealed(scene.objects.object())
        let pushed = try await provider.call("/oauth/par", as: client, ["request": object])
        #expect(pushed.status == 201)
        #expect(try await scene.objects.open(pushed).request?.nonce == "n-inside")
        let bare = try await scene.sealed(String(decoding: ObjectScene.plain.encoded(), as: UTF8.self))
        let refused = try await provider.call("/oauth/par", as: client, ["request": bare])
        #expect(refused.status == 400 && refused.error == "invalid_request_object")
    }

    @Test func `who did not register that it encrypts does not`() async throws {
        let scene = try await Scene { $0.metadata.requestObjectEncryption = nil }
        let outcome = try await scene.ask(try await scene.sealed(scene.objects.object()))
        #expect(outcome.error == "invalid_request_object" && outcome.check == "request_object_encryption_alg")
    }

    @Test func `JW-30 JW-31 what is encrypted is checked like what is not`() async throws {
        let scene = try await Scene { $0.metadata.requiresSignedRequestObject = true }
        let right = try scene.objects.object()
        #expect(try await scene.ask(try await scene.sealed(right)).request != nil, "the control")
        let claims = String(decoding: ObjectScene.plain.encoded(), as: UTF8.self)
        let wrong = [
            claims, "", try scene.objects.unsigned(), try scene.objects.object(by: try TestKey.p256()),
            try scene.objects.object(["aud": "https://other.example"]), try await scene.sealed(right),
        ]
        for inside in wrong {
            let outcome = try await scene.ask(try await scene.sealed(inside))
            #expect(outcome.error == "invalid_request_object" && !outcome.isPage, "\(inside.prefix(20))")
        }
    }

    /// A header, and the check that refuses it.
    @Test(
        arguments: [
            (["zip": "DEF"], "JWE header"), (["crit": ["exp"], "exp": 1], "JWE header"), (["crit": []], "JWE header"),
            (["jku": "https://evil.example/"], "JWE header"), (["jwk": [:]], "JWE header"),
            (["enc": "A128CBC"], "alg and enc headers"),
            (["enc": nil], "member \"enc\""), (["alg": "RSA1_5"], "alg and enc headers"),
            (["alg": "RSA-OAEP"], "alg and enc headers"), (["alg": "dir"], "alg and enc headers"),
            (["alg": "PBES2-HS256+A128KW", "p2c": 2_147_483_647, "p2s": "AA"], "alg and enc headers"),
            (["kid": "another"], "kid"), (["x": 1], "JWE decryption"), (["epk": [:]], "JWE decryption"),
            (["apu": "!"], "JWE decryption"),
        ] as [(JSONObject, String)]
    )
    func `JW-26 JW-27 JW-28 a hostile header`(members: JSONObject, check: String) async throws {
        let scene = try await Scene()
        let object = try await scene.sealed(scene.objects.object())
        #expect(try await scene.ask(object).request != nil, "the control")
        var segments = object.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let header = try JSONObject.parse(Base64URL.decode(segments[0]) ?? [])
        segments[0] = Base64URL.encode(header.merging(members).encoded())
        let outcome = try await scene.ask(segments.joined(separator: "."))
        #expect(outcome.error == "invalid_request_object" && outcome.check == check)
    }

    @Test(arguments: [TokenEncryption(.rsaOAEP256), TokenEncryption(.ecdhES, .a128GCM)])
    func `a changed token gets one answer, whatever was changed`(encryption: TokenEncryption) async throws {
        let scene = try await Scene(encryption)
        let object = try await scene.sealed(scene.objects.object())
        let segments = object.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for index in 1..<5 where !segments[index].isEmpty {
            var changed = segments
            let first = changed[index].removeFirst()
            changed[index] = (first == "A" ? "B" : "A") + changed[index]
            #expect(try await scene.ask(changed.joined(separator: ".")).check == "JWE decryption")
        }
        let stranger = EncryptionKey(
            key: try PrivateKey.generate(encryption.algorithm == .ecdhES ? .ec(.p256) : .rsa(bits: 2048)).publicKey,
            kid: nil,
            algorithm: encryption.algorithm
        )
        let other = try JWE.encrypt(
            Array(try scene.objects.object().utf8),
            for: stranger,
            by: encryption.content,
            random: scene.objects.provider.random
        )
        #expect(try await scene.ask(other).check == "JWE decryption")
        #expect(try await scene.ask(object).request != nil, "the control")
    }

    @Test func `the keys are published for encryption, and none of them signs`() async throws {
        let scene = try await Scene()
        let published = await scene.objects.provider.call(.get, "/oauth/jwks")
        let members = try #require(published.json?["keys"]?.arrayValue)
        let keys = members.compactMap(\.objectValue)
        #expect(keys.map { $0["use"]?.stringValue } == ["sig", "enc", "enc"])
        #expect(keys.map { $0["alg"]?.stringValue } == ["ES256", "RSA-OAEP-256", "ECDH-ES"])
        #expect(Set(keys.compactMap { $0["kid"]?.stringValue }).count == 3 && keys.allSatisfy { $0["d"] == nil })
        let signing = try JWKSet(json: try #require(published.json), unusable: .skipped)
        #expect(signing.keys.count == 1, "who looks for keys that sign finds no other")
        let metadata = await scene.objects.provider.call(.get, "/.well-known/openid-configuration")
        #expect(metadata.json?["request_object_encryption_alg_values_supported"] == ["RSA-OAEP-256", "ECDH-ES"])
        #expect(
            metadata.json?["request_object_encryption_enc_values_supported"] == ["A128GCM", "A256GCM", "A128CBC-HS256"]
        )
    }
}
