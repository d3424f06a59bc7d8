import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The rows of the attack catalogue on client assertions. Each case sends the right assertion too: what is refused is
/// refused for what is wrong with it.
struct AssertionAttackTests {
    /// One server for all cases of the catalogue; the failures of one must not limit the next.
    static let server = Task {
        let provider = try await TestProvider { $0.limitsRates = false }
        let key = try TestKey.p256()
        try await provider.register(key)
        return (provider, try await provider.addClient(.privateKeyJWT), TestClient(keyOfAccount: key))
    }

    @Test(arguments: HostileJWT.all)
    func `a hostile JWT is no assertion, at any endpoint`(case attack: HostileJWT) async throws {
        let (provider, client, _) = try await Self.server.value
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            let form: TestForm = ["grant_type": "client_credentials", "token": "t"]
            let right = try await provider.assertion(of: client)
            #expect(await provider.call(.post, path, .form(form + TestProvider.form(assertion: right))).status == 200)
            let wrong = try await provider.assertion(of: client, attack.tampering)
            let reply = await provider.call(.post, path, .form(form + TestProvider.form(assertion: wrong)))
            #expect(reply.status == 401)
            #expect(reply.error == "invalid_client")
            #expect(reply.failedCheck == attack.check)
            #expect(reply.field("WWW-Authenticate") == nil)
        }
    }

    /// The seed's code for a bad signature by the key of an account is `invalid_grant`.
    @Test(arguments: HostileJWT.all)
    func `a hostile JWT is no assertion of an account's key`(case attack: HostileJWT) async throws {
        let (provider, _, client) = try await Self.server.value
        #expect(try await provider.requestToken(as: client).status == 200)
        let reply = await provider.requestToken(assertion: try await provider.assertion(of: client, attack.tampering))
        let isSignature = attack.check == "JWS signature"
        #expect(reply.status == (isSignature ? 400 : 401))
        #expect(reply.error == (isSignature ? "invalid_grant" : "invalid_client"))
        #expect(reply.failedCheck == attack.check)
    }

    static let claims: [HostileJWT] = audiences + parties + lifetimes + identifiers

    static let audiences: [HostileJWT] =
        ([[.string(TestProvider.issuer), 1], [nil], [:], 1, nil, []] as [JSON]).map { value in
            HostileJWT("CA-14 aud is \(value)", "aud claim") { $0.claims = ["aud": value] }
        }
        + [
            .strings([TestProvider.issuer]), .strings([TestProvider.issuer, "https://other.example"]),
            .string(TestProvider.issuer + "/"), .string(TestProvider.issuer + "/oauth/token"), "HTTPS://ID.EXAMPLE.ORG",
            "https://other.example", "",
        ].map { (value: JSON) in HostileJWT("CA-14 aud is \(value)", "aud") { $0.claims = ["aud": value] } }
        + [HostileJWT("CA-14 no aud", "aud") { $0.withoutClaims = ["aud"] }]

    static let parties: [HostileJWT] = [
        HostileJWT("CA-15 iss of another", "iss") { $0.claims = ["iss": "client-2"] },
        HostileJWT("CA-15 no iss", "iss") { $0.withoutClaims = ["iss"] },
        HostileJWT("CA-15 sub of another", "sub") { $0.claims = ["sub": "client-2"] },
        HostileJWT("CA-15 no sub", "sub") { $0.withoutClaims = ["sub"] },
        HostileJWT("CA-15 both of another", "iss") { $0.claims = ["iss": "client-2", "sub": "client-2"] },
        HostileJWT("CA-15 iss in capitals", "iss") { $0.claims = ["iss": "CLIENT-1"] },
        HostileJWT("CA-15 iss no string", "member \"iss\"") { $0.claims = ["iss": 1] },
        HostileJWT("CA-15 sub no string", "member \"sub\"") { $0.claims = ["sub": ["client-1"]] },
    ]

    static let lifetimes: [HostileJWT] = [
        HostileJWT("CA-16 no exp", "exp") { $0.withoutClaims = ["exp"] },
        HostileJWT("CA-16 expired now", "exp") { $0.times = ["exp": 0] },
        HostileJWT("CA-16 expired a second ago", "exp") { $0.times = ["exp": -1, "iat": -61] },
        HostileJWT("JW-23 expired five minutes ago", "exp") { $0.times = ["exp": -300, "iat": -360] },
        HostileJWT("CA-16 exp more than five minutes ahead", "exp") { $0.times = ["exp": 316] },
        HostileJWT("CA-16 exp years ahead", "exp") { $0.times = ["exp": 100_000_000] },
        HostileJWT("CA-16 five minutes ahead and signed long ago", "exp") { $0.times = ["exp": 60, "iat": -256] },
        HostileJWT("CA-16 iat 16 s ahead", "iat") { $0.times = ["iat": 16] },
        HostileJWT("CA-16 iat 61 s ahead", "iat") { $0.times = ["iat": 61, "exp": 120] },
        HostileJWT("CA-16 nbf 16 s ahead", "nbf") { $0.times = ["nbf": 16] },
        HostileJWT("CA-16 nbf 61 s ahead", "nbf") { $0.times = ["nbf": 61, "exp": 120] },
    ]

    static let identifiers: [HostileJWT] = [
        HostileJWT("CA-22 no jti", "jti") { $0.withoutClaims = ["jti"] },
        HostileJWT("CA-22 empty jti", "jti") { $0.claims = ["jti": ""] },
        HostileJWT("CA-22 jti of 257 bytes", "jti") {
            $0.claims = ["jti": .string(String(repeating: "x", count: 257))]
        },
        HostileJWT("CA-22 jti of 128 KiB", "JWS length") {
            $0.claims = ["jti": .string(String(repeating: "x", count: 1 << 17))]
        },
        HostileJWT("CA-22 jti no string", "member \"jti\"") { $0.claims = ["jti": 1] },
    ]

    @Test(arguments: claims)
    func `an assertion with a wrong claim is refused`(case attack: HostileJWT) async throws {
        let (provider, client, _) = try await Self.server.value
        let named: TestForm = ["client_id": client.id]
        let right = try await provider.assertion(of: client)
        #expect(await provider.requestToken(assertion: right, named).status == 200)
        let wrong = try await provider.assertion(of: client, attack.tampering)
        let reply = await provider.requestToken(assertion: wrong, named)
        #expect(reply.status == 401)
        #expect(reply.error == "invalid_client")
        #expect(reply.failedCheck == attack.check)
    }

    static let accepted: [HostileJWT] = [
        HostileJWT("CA-16 iat 8 s ahead", "") { $0.times = ["iat": 8] },
        HostileJWT("CA-16 nbf 8 s ahead", "") { $0.times = ["nbf": 8] },
        HostileJWT("CA-16 iat 15 s ahead", "") { $0.times = ["iat": 15] },
        HostileJWT("CA-16 exp in a second", "") { $0.times = ["exp": 1] },
        HostileJWT("CA-16 exp in five minutes", "") { $0.times = ["exp": 300] },
        HostileJWT("CA-16 exp in five minutes by a clock that is ahead", "") { $0.times = ["exp": 315, "iat": 15] },
        HostileJWT("CA-16 no iat", "") { $0.withoutClaims = ["iat"] },
        HostileJWT("CA-22 jti of 256 bytes", "") { $0.claims = ["jti": .string(String(repeating: "x", count: 256))] },
        HostileJWT("CA-28 typ of its own", "") { $0.header = ["typ": "client-authentication+jwt"] },
        HostileJWT("CA-28 typ of its own, spelt out", "") {
            $0.header = ["typ": "application/Client-Authentication+JWT"]
        },
        HostileJWT("CA-28 no typ", "") { $0.withoutHeader = ["typ"] },
        HostileJWT("CA-26 a kid that nobody knows, one key registered", "") { $0.header = ["kid": "unknown"] },
        HostileJWT("JW-11 high s", "") { $0.signature = .highS },
        HostileJWT("JW-06 an unknown header that is not critical", "") { $0.header = ["x": 1] },
    ]

    @Test(arguments: accepted)
    func `an assertion at the edge of what is right is accepted`(case assertion: HostileJWT) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let compact = try await provider.assertion(of: client, assertion.tampering)
        let reply = await provider.requestToken(assertion: compact)
        #expect(reply.status == 200, "\(reply.refusal?.failed.description ?? "")")
    }

    @Test func `JW-11 an assertion with its other valid signature is the same assertion`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let jti: JSONObject = ["jti": "one"]
        let first = try await provider.assertion(of: client, .with { $0.claims = jti })
        let second = try await provider.assertion(
            of: client,
            .with {
                $0.claims = jti
                $0.signature = .highS
            }
        )
        #expect(await provider.requestToken(assertion: first).status == 200)
        let reply = await provider.requestToken(assertion: second)
        #expect(reply.status == 401)
        #expect(reply.failedCheck == "jti")
    }

    /// CA-11: no encoding of the public key serves as a shared secret.
    @Test(arguments: ["CA-11 SPKI PEM", "CA-11 point", "CA-11 hexadecimal", "CA-11 JWK", "CA-11 x", "CA-11 nothing"])
    func `a public key is no shared secret`(encoding: String) async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let client = try await provider.addClient(.privateKeyJWT, key: key)
        try await provider.register(key)
        let point = try #require(key.privateKey.publicKey.sec1Uncompressed)
        let secret: [UInt8] =
            switch encoding {
            case "CA-11 SPKI PEM": Array(try key.privateKey.publicKey.spkiPEM().utf8)
            case "CA-11 point": point
            case "CA-11 hexadecimal": Array(key.hexadecimal.utf8)
            case "CA-11 JWK": Array(key.jwkText.utf8)
            case "CA-11 x": Array(point[1...32])
            default: []
            }
        for client in [client, TestClient(keyOfAccount: key)] {
            for newline in [[], [0x0A]] as [[UInt8]] {
                let forged = Tampering.with {
                    $0.header = ["alg": "HS256"]
                    $0.signature = .hmac(secret + newline)
                }
                let reply = await provider.requestToken(assertion: try await provider.assertion(of: client, forged))
                #expect(reply.status == 401)
                #expect(reply.error == "invalid_client")
                #expect(reply.refusal?.failed.seen == "HS256")
            }
            #expect(try await provider.requestToken(as: client).status == 200)
        }
    }

    static let rsa = try! PrivateKey.generate(.rsa(bits: 2048))

    @Test(arguments: [
        ("CA-12 RS256", KeyKind.rsa(bits: 2048), SignatureAlgorithm.rs256),
        ("CA-12 PS256", .rsa(bits: 2048), .ps256), ("CA-12 ES256K", .ec(.secp256k1), .es256k),
        ("CA-12 ES384", .ec(.p384), .es384), ("CA-12 EdDSA", .ed25519, .edDSA),
    ])
    func `an algorithm that is not the registered key's is refused`(
        row: String,
        kind: KeyKind,
        algorithm: SignatureAlgorithm
    ) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let other =
            kind == Self.rsa.kind ? TestKey(Self.rsa, algorithm: algorithm) : try TestKey(kind, algorithm: algorithm)
        let wrong = try await provider.assertion(
            of: client,
            .with {
                $0.header = ["alg": .string(algorithm.rawValue)]
                $0.signature = .by(other)
            }
        )
        let reply = await provider.requestToken(assertion: wrong)
        #expect(reply.status == 401)
        #expect(reply.failedCheck == "alg, kid")
        // The control: the same key and algorithm serve the client that registered them.
        let owner = try await provider.addClient(.privateKeyJWT, id: "client-2", key: other)
        #expect(try await provider.requestToken(as: owner).status == 200)
    }

    @Test func `CA-28 and JW-24 an access token is no assertion, an assertion no access token`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let token = try await provider.token(of: client)
        let asAssertion = await provider.requestToken(assertion: token, ["client_id": client.id])
        #expect(asAssertion.status == 401)
        #expect(asAssertion.failedCheck == "typ header")
        let asToken = await provider.userinfo(try await provider.assertion(of: client))
        #expect(asToken.status == 401)
        #expect(asToken.failedCheck == "typ header")
    }
}
