import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The JWK Set, and tokens while keys come and go (JW-32).
struct KeySetDocumentTests {
    static func keys(_ provider: TestProvider) async throws -> [JSONObject] {
        let reply = await provider.call(.get, "/oauth/jwks")
        return try #require(reply.json?["keys"]?.arrayValue).compactMap(\.objectValue)
    }

    /// A key that signs in five minutes.
    static func fresh(_ provider: TestProvider) throws -> SigningKey {
        let now = provider.clock.now()
        let key = try PrivateKey.generate(.ec(.p256))
        return try SigningKey(key, algorithm: .es256, createdAt: now, usedFrom: now + 300)
    }

    @Test func `the document lists the public keys and may be cached for five minutes`() async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.get, "/oauth/jwks")
        #expect(reply.status == 200)
        #expect(reply.field("Content-Type") == "application/jwk-set+json")
        #expect(reply.field("Cache-Control") == "public, max-age=300")
        let known = try TestKey.known()
        #expect(
            try await Self.keys(provider) == [
                known.jwk.merging(["use": "sig", "alg": "ES256", "kid": .string(known.thumbprint)])
            ]
        )
        #expect(JSON.object(try #require(reply.json)).encoded().count == reply.body.count)
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("\"d\""))
    }

    @Test func `the validator changes with the keys, and who has the document gets none`() async throws {
        let provider = try await TestProvider()
        let tag = try #require(await provider.call(.get, "/oauth/jwks").field("ETag"))
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let reply = await provider.call(.get, "/oauth/jwks", headers: [.ifNoneMatch: known])
            #expect(reply.status == 304)
            #expect(reply.body.isEmpty)
            #expect(reply.field("ETag") == tag)
        }
        #expect(await provider.call(.get, "/oauth/jwks", headers: [.ifNoneMatch: "\"other\""]).status == 200)
        let keys = provider.dependencies.keys
        keys.replace(with: keys.published(at: provider.clock.now()) + [try Self.fresh(provider)])
        let changed = await provider.call(.get, "/oauth/jwks", headers: [.ifNoneMatch: tag])
        #expect(changed.status == 200)
        #expect(changed.field("ETag") != tag)
        #expect(try await Self.keys(provider).count == 2)
    }

    @Test func `JW-32 a token outlives the rotation of its key, and dies with a key that is taken away`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        let old = try await provider.token(of: client)
        let keys = provider.dependencies.keys
        let first = try keys.current(.es256, at: provider.clock.now())
        let second = try Self.fresh(provider)
        keys.replace(with: [first, second])
        provider.clock.advance(by: 300)
        let new = try await provider.token(of: client)
        #expect(await provider.userinfo(old).status == 200)
        #expect(await provider.userinfo(new).status == 200)
        #expect(try JWS.kid(of: old) == first.kid)
        #expect(try JWS.kid(of: new) == second.kid)
        // Taken away in an emergency: also tokens that were seen and found good before.
        keys.replace(with: [second])
        let reply = await provider.userinfo(old)
        #expect(reply.status == 401)
        #expect(reply.error == "invalid_token")
        #expect(await provider.userinfo(new).status == 200)
    }

    @Test func `JW-32 a token signed with a key that does not sign yet is refused`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let second = try Self.fresh(provider)
        let keys = provider.dependencies.keys
        keys.replace(with: keys.published(at: provider.clock.now()) + [second])
        let server = TestKey(second.privateKey, algorithm: .es256)
        let forged = AccessTokenForge(provider, account: account, key: key)
        let token = try forged.token(
            signedBy: server,
            .with {
                $0.header = ["kid": .string(second.kid)]
                $0.times = ["exp": 3600]
            }
        )
        #expect(await provider.userinfo(token).failedCheck == "kid, alg")
        provider.clock.advance(by: 300)
        #expect(await provider.userinfo(token).status == 200)
    }
}

extension JWS {
    static func kid(of compact: String) throws -> String? {
        try JWS.parse(compact, policy: JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))).kid
    }
}
