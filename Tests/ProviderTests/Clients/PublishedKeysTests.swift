import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Clients whose keys are fetched (RFC 7591 §2, `jwks_uri`).
struct PublishedKeysTests {
    private static let url = "https://app.example/jwks.json"

    /// A server, and a client whose key set lies at `url`.
    private struct Scene {
        let provider: TestProvider
        let client: TestClient
        let url: String

        init(_ provider: TestProvider? = nil, url: String = PublishedKeysTests.url) async throws {
            let server = if let provider { provider } else { try await TestProvider.open() }
            let reply = await server.registerClient([
                "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": .string(url),
            ])
            #expect(reply.status == 201 && reply["jwks_uri"] == url)
            (self.provider, client, self.url) = (server, server.client(reply), url)
        }

        func publish(_ keys: (TestKey, kid: String?)...) {
            let set = keys.map { JSON.object($0.0.privateKey.publicKey.toPublicJSON(kid: $0.kid)) }
            provider.documents.put(.json(["keys": .array(set)]), at: url)
        }

        /// The status of a request that the key signs.
        func status(_ key: TestKey, kid: String? = nil) async throws -> Int {
            let now = provider.clock.now()
            let claims: JSONObject = [
                "iss": .string(client.id), "sub": .string(client.id), "aud": .string(TestProvider.issuer),
                "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds),
                "jti": .string(Base64URL.encode(provider.random.bytes(16))),
            ]
            var header: JSONObject = ["alg": .string(key.algorithm.rawValue)]
            header["kid"] = kid.map { .string($0) }
            let assertion = try TestAssertion(header: header, claims: claims).signed(by: key, .none, now: now)
            let form = TestProvider.form(assertion: assertion) + ["token": "none"]
            let reply = await provider.call(.post, "/oauth/introspect", .form(form))
            #expect(reply.status == 200 || reply["error_description"] == "client authentication failed")
            return reply.status
        }

        var fetches: Int { provider.documents.count(url) }
    }

    @Test(arguments: [nil, "k"])
    func `the keys are fetched once and used for ten minutes`(kid: String?) async throws {
        let scene = try await Scene()
        let key = try TestKey.p256()
        scene.publish((key, kid))
        #expect(scene.fetches == 0, "registration needs none")
        for _ in 0..<5 { #expect(try await scene.status(key, kid: kid) == 200) }
        scene.provider.clock.advance(by: 599)
        #expect(try await scene.status(key, kid: kid) == 200)
        #expect(scene.fetches == 1)
        scene.provider.clock.advance(by: 1)
        #expect(try await scene.status(key, kid: kid) == 200)
        #expect(scene.fetches == 2)
    }

    @Test func `a key that is new is looked for, once a minute`() async throws {
        let scene = try await Scene()
        let (old, new) = (try TestKey.p256(), try TestKey.p256())
        scene.publish((old, "old"))
        #expect(try await scene.status(old, kid: "old") == 200)
        scene.publish((new, "new"))
        for _ in 0..<20 { #expect(try await scene.status(new, kid: "new") == 401) }
        #expect(scene.fetches == 1)
        scene.provider.clock.advance(by: 60)
        #expect(try await scene.status(new, kid: "new") == 200)
        #expect(scene.fetches == 2)
        #expect(try await scene.status(old, kid: "old") == 401, "a key that was taken out is none")
        #expect(scene.fetches == 2)
    }

    @Test func `requests at the same time share a fetch, and a host that hangs stops nobody else`() async throws {
        let scene = try await Scene()
        let other = try await Scene(scene.provider, url: "https://other.example/jwks")
        let key = try TestKey.p256()
        other.publish((key, nil))
        let hanging = Task<Void, Never> { try? await Task.sleep(for: .seconds(60)) }
        let set = JSON.object(["keys": [.object(key.jwk)]])
        scene.provider.documents.put(.waiting(hanging, set.encoded()), at: scene.url)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await scene.status(key) } }
            while scene.fetches == 0 { await Task.yield() }
            #expect(try await other.status(key) == 200)
            hanging.cancel()
            for try await status in group { #expect(status == 200) }
        }
        #expect(scene.fetches == 1)
    }

    @Test(arguments: [
        TestDocuments.Answer.failure("no answer within 5 seconds"), .bytes([]), .bytes(Array("<html>".utf8)), .json([]),
        .json(["keys": 1]), .json(["keys": []]), .json(["keys": [["kty": "oct", "k": "AAAA"]]]),
    ])
    func `a host that gives no keys costs its own client alone`(answer: TestDocuments.Answer) async throws {
        let scene = try await Scene()
        let other = try await Scene(scene.provider, url: "https://other.example/jwks")
        let key = try TestKey.p256()
        other.publish((key, nil))
        scene.provider.documents.put(answer, at: scene.url)
        for _ in 0..<10 { #expect(try await scene.status(key) == 401) }
        #expect(scene.fetches == 1, "nor is it asked again and again")
        #expect(try await other.status(key) == 200)
        scene.publish((key, nil))
        scene.provider.clock.advance(by: 60)
        #expect(try await scene.status(key) == 200)
    }

    @Test func `keys are used on for a day while their host is away`() async throws {
        let scene = try await Scene()
        let key = try TestKey.p256()
        scene.publish((key, nil))
        #expect(try await scene.status(key) == 200)
        scene.provider.documents.put(.failure("gone"), at: scene.url)
        scene.provider.clock.advance(by: 86_399)
        #expect(try await scene.status(key) == 200)
        scene.provider.clock.advance(by: 60)
        #expect(try await scene.status(key) == 401)
    }

    @Test func `SS-09 each client has its own copy of a set`() async throws {
        let first = try await Scene()
        let second = try await Scene(first.provider)
        let (one, two) = (try TestKey.p256(), try TestKey.p256())
        first.publish((one, nil))
        #expect(try await first.status(one) == 200)
        second.publish((two, nil))
        #expect(try await second.status(two) == 200)
        #expect(try await second.status(one) == 401)
        #expect(try await first.status(one) == 200)
    }
}
