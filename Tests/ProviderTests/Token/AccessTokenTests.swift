import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// What an access token says (RFC 9068 §2), and which are good (§4).
struct AccessTokenTests {
    static func parts(_ token: String) throws -> (header: JSONObject, claims: JSONObject) {
        let segments = token.split(separator: ".")
        return (
            try JSONObject.parse(try #require(Base64URL.decode(segments[0]))),
            try JSONObject.parse(try #require(Base64URL.decode(segments[1])))
        )
    }

    @Test func `a token of an account's key is bound to account and key`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let (header, claims) = try Self.parts(await provider.token(of: TestClient(keyOfAccount: key)))
        #expect(header == ["alg": "ES256", "typ": "at+jwt", "kid": .string(try TestKey.known().thumbprint)])
        let now = provider.clock.now().seconds
        var known = claims
        known["jti"] = nil
        known["generation"] = nil
        #expect(
            known == [
                "iss": .string(TestProvider.issuer), "sub": .string(account), "aud": .string(TestProvider.issuer),
                "client_id": .string(key.clientID), "iat": .integer(now), "exp": .integer(now + 3600),
                "scope": "openid profile email address phone profile:write friends chat:read chat:write",
                "cnf": ["jkt": .string(key.thumbprint)],
            ]
        )
        #expect(ULID(try #require(claims["jti"]?.stringValue))?.milliseconds == provider.clock.now().milliseconds)
    }

    @Test func `a token of a client that acts for itself names the client and no key`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT, scope: "read")
        let tokens = [try await provider.token(of: client), try await provider.token(of: client)]
        let claims = try tokens.map { try Self.parts($0).claims }
        #expect(claims[0]["sub"] == "client-1")
        #expect(claims[0]["client_id"] == "client-1")
        #expect(claims[0]["scope"] == "read")
        #expect(claims[0]["cnf"] == nil)
        #expect(claims[0]["jti"] != claims[1]["jti"])
    }

    @Test func `a client without any scope gets a token without the claim`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "")
        let claims = try Self.parts(await provider.token(of: client)).claims
        #expect(claims["scope"] == nil)
    }

    static let server = Task {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        return AccessTokenForge(provider, account: try await provider.register(key), key: key)
    }

    static let claims: [HostileJWT] =
        [
            HostileJWT("JW-24 typ JWT", "typ header") { $0.header = ["typ": "JWT"] },
            HostileJWT("JW-24 no typ", "typ header") { $0.withoutHeader = ["typ"] },
            HostileJWT("JW-24 typ of an ID token", "typ header") { $0.header = ["typ": "id_token+jwt"] },
            HostileJWT("JW-02 HS256 under the server's key", "alg header") {
                $0.header = ["alg": "HS256"]
                $0.signature = .hmac(Array(try! TestKey.known().privateKey.publicKey.spkiPEM().utf8))
            },
            HostileJWT("ES256K", "alg header") {
                $0.header = ["alg": "ES256K"]
                $0.signature = .by(try! TestKey.secp256k1())
            },
            HostileJWT("foreign kid", "kid, alg") { $0.header = ["kid": "unknown"] },
            HostileJWT("no kid", "kid, alg") { $0.withoutHeader = ["kid"] },
            HostileJWT("expired now", "exp") { $0.times = ["exp": 0] },
            HostileJWT("JW-23 expired five minutes ago", "exp") { $0.times = ["exp": -300, "iat": -360] },
            HostileJWT("foreign issuer", "iss") { $0.claims = ["iss": "https://other.example"] },
            HostileJWT("foreign audience", "aud") { $0.claims = ["aud": "https://other.example"] },
            HostileJWT("issuer with a slash", "iss") { $0.claims = ["iss": .string(TestProvider.issuer + "/")] },
            HostileJWT("audience as a list", "claims") { $0.claims = ["aud": [.string(TestProvider.issuer)]] },
            HostileJWT("audience of no strings", "aud claim") { $0.claims = ["aud": [1]] },
            HostileJWT("unknown account", "account") { $0.claims = ["sub": "00000000-0000-4000-8000-000000000000"] },
            HostileJWT("an earlier generation", "account") { $0.claims = ["generation": -1] },
            HostileJWT("a later generation", "account") { $0.claims = ["generation": 1] },
            HostileJWT("malformed scope", "claims") { $0.claims = ["scope": "openid\n"] },
        ]
        + ["iss", "sub", "aud", "client_id", "iat", "exp", "jti"].map { name in
            HostileJWT("no \(name)", "claims") { $0.withoutClaims = [name] }
        }

    /// White space around the token is the header field's own (RFC 9110 §5.5, §11.4), not the token's.
    static let sendable = HostileJWT.all.filter {
        ![" ", "\n"].contains($0.tampering.wrapping.0 + $0.tampering.wrapping.1)
    }

    @Test(arguments: sendable + claims)
    func `a hostile JWT is no access token`(case attack: HostileJWT) async throws {
        let forge = try await Self.server.value
        #expect(await forge.provider.userinfo(try forge.token()).status == 200)
        let reply = await forge.provider.userinfo(try forge.token(attack.tampering))
        #expect(reply.status == 401)
        #expect(reply.error == "invalid_token")
        #expect(reply.failedCheck == attack.check)
        #expect(reply.field("WWW-Authenticate")?.contains("error=\"invalid_token\"") == true)
    }

    @Test func `JW-23 a token dies in the second in which it expires`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        provider.clock.advance(by: 3599)
        #expect(await provider.userinfo(token).status == 200)
        provider.clock.advance(by: 1)
        #expect(await provider.userinfo(token).failedCheck == "exp")
    }

    @Test func `CA-32 a token that was seen dies at once when its account is blocked, and stays dead`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        let token = try await provider.token(of: client)
        #expect(await provider.userinfo(token).status == 200)
        try await provider.block(account)
        #expect(await provider.userinfo(token).failedCheck == "account")
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            let form: TestForm = ["grant_type": "client_credentials", "token": token]
            let reply = try await provider.call(path, as: client, form)
            #expect(reply.status == 401)
            #expect(reply.failedCheck == "account")
        }
        try await provider.unblock(account)
        #expect(await provider.userinfo(token).failedCheck == "account")
        #expect(await provider.userinfo(try await provider.token(of: client)).status == 200)
    }

    @Test func `JW-36 an account that is made again is another one`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let first = try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        try await provider.delete(first)
        #expect(await provider.userinfo(token).failedCheck == "cnf.jkt")
        let second = try await provider.register(key)
        #expect(second != first)
        #expect(await provider.userinfo(token).failedCheck == "account")
        #expect(await provider.userinfo(try await provider.token(of: TestClient(keyOfAccount: key)))["sub"] == second)
    }
}
