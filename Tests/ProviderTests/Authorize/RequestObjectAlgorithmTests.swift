import Cryptography
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// What request objects may be signed with (OIDC Registration §2, RFC 9101 §10.5), and the confusion of algorithms (RFC 8725 §2.1).
struct RequestObjectAlgorithmTests {
    @Test func `a client that registered an algorithm may use no other`() async throws {
        let scene = try await ObjectScene(key: try TestKey(.rsa(bits: 2048), algorithm: .ps256)) {
            $0.metadata.requestObjectAlgorithm = "PS256"
        }
        #expect(try await scene.ask(["request": scene.object()]).request != nil)
        let other = TestKey(scene.key.privateKey, algorithm: .rs256)
        for wrong in [try scene.object(by: other), try scene.unsigned()] {
            let outcome = try await scene.ask(["request": wrong])
            #expect(outcome.error == "invalid_request_object" && outcome.check == "alg")
        }
    }

    @Test func `one that registered none sends no signed ones`() async throws {
        let scene = try await ObjectScene { $0.metadata.requestObjectAlgorithm = "none" }
        #expect(try await scene.ask(["request": scene.unsigned()]).request?.nonce == "n-inside")
        #expect(try await scene.ask(["request": scene.object()]).check == "alg")
    }

    @Test(arguments: ["None", "NONE", "nOnE", ""])
    func `none has one spelling`(name: String) async throws {
        let scene = try await ObjectScene { $0.metadata.requestObjectAlgorithm = "none" }
        let object = try scene.unsigned()
        #expect(try await scene.ask(["request": object]).request != nil, "the control")
        let header = Base64URL.encode(Array(#"{"alg":"\#(name)"}"#.utf8))
        let changed = header + object.drop { $0 != "." }
        #expect(try await scene.ask(["request": String(changed)]).check == "alg header")
    }

    @Test(
        arguments: [
            ["crit": ["exp"]], ["b64": false], ["zip": "DEF"], ["enc": "A128GCM"], ["jku": "https://evil.example/"],
            ["jwk": [:]], ["typ": "dpop+jwt"], ["typ": 1],
        ] as [JSONObject]
    )
    func `the header of an unsigned one has nothing else`(header: JSONObject) async throws {
        let scene = try await ObjectScene()
        #expect(try await scene.ask(["request": scene.unsigned(header: ["typ": "JWT"])]).request != nil, "the control")
        #expect(try await scene.ask(["request": scene.unsigned(header: header)]).error == "invalid_request_object")
        #expect(try await scene.ask(["request": scene.unsigned() + "AA"]).error == "invalid_request_object")
    }

    @Test(arguments: [SignatureAlgorithm.es256, .rs256])
    func `JW-02 a public key is no secret`(algorithm: SignatureAlgorithm) async throws {
        let scene = try await ObjectScene(
            .clientSecretJWT,
            key: try TestKey(algorithm.freshKeyKind, algorithm: algorithm)
        )
        let secret = Array((scene.client.secret ?? "").utf8)
        let header: JSONObject = ["alg": "HS256"]
        let right = try scene.object([:], header: header, .with { $0.signature = .hmac(secret) })
        #expect(try await scene.ask(["request": right]).request != nil, "the control: a secret that can be read back")
        #expect(try await scene.ask(["request": scene.object()]).request != nil, "its keys are good too")
        let key = scene.key.privateKey.publicKey
        for guess in [Array(try key.spkiPEM().utf8), scene.key.jwk.encoded(), Array(key.thumbprint.utf8)] {
            let forged = try scene.object([:], header: header, .with { $0.signature = .hmac(guess) })
            #expect(try await scene.ask(["request": forged]).error == "invalid_request_object")
        }
    }

    @Test func `of a secret that is a digest nothing is signed`() async throws {
        let scene = try await ObjectScene(.clientSecretPost)
        for secret in [Array((scene.client.secret ?? "").utf8), Hash.digest(scene.client.secret ?? "")] {
            let object = try scene.object([:], header: ["alg": "HS256"], .with { $0.signature = .hmac(secret) })
            #expect(try await scene.ask(["request": object]).error == "invalid_request_object")
        }
    }

    @Test func `who registered that it signs is asked for by nothing else, and nothing beside it counts`() async throws
    {
        let scene = try await ObjectScene { $0.metadata.requiresSignedRequestObject = true }
        let plain = try await scene.ask(["code_challenge": nil])
        #expect(plain.error == "invalid_request" && plain.check == "request")
        let unsigned = try await scene.ask(["request": scene.unsigned()])
        #expect(unsigned.error == "invalid_request_object" && unsigned.check == "alg")
        let more = ["login_hint": "mallory", "prompt": "none", "max_age": "0", "scope": "openid email"]
        let object = try scene.object(["state": .some(nil)])
        let request = try #require(try await scene.ask(more.merging(["request": object]) { $1 }).request)
        #expect(request.loginHint == nil && request.prompt.isEmpty && request.maximumAge == nil)
        #expect(request.scope.description == "openid" && request.target.state == nil)
        let bare = try await scene.ask(["request": scene.object(["redirect_uri": .some(nil)])])
        #expect(bare.isPage && bare.error == "invalid_request", "what is beside it is no redirect URI of it")
    }

    @Test func `keys that a client publishes are asked for when they are needed`() async throws {
        let url = "https://app.example/jwks.json"
        let scene = try await ObjectScene { $0.metadata.keys = .published(WebAddress(url)!) }
        scene.provider.documents.put(.json(["keys": [.object(scene.key.jwk)]]), at: url)
        #expect(try await scene.ask(["request": scene.unsigned()]).request != nil)
        #expect(scene.provider.documents.count(url) == 0)
        for _ in 0..<3 { #expect(try await scene.ask(["request": scene.object()]).request != nil) }
        #expect(scene.provider.documents.count(url) == 1)
        let forged = try scene.object(by: try TestKey.p256())
        #expect(try await scene.ask(["request": forged]).error == "invalid_request_object")
    }
}
