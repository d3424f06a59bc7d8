import Cryptography
import JOSE
import Testing

struct JWKTests {
    static let good: JSONObject = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]

    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let members: JSONObject
        var without: [String] = []
        var testDescription: String { name }
    }

    @Test(arguments: [
        Change(name: "private", members: ["d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"]),
        Change(name: "private of another type", members: ["d": nil]),
        Change(name: "symmetric", members: ["kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"]),
        Change(name: "unknown type", members: ["kty": "XX"]),
        Change(name: "type in lowercase", members: ["kty": "ec"]),
        Change(
            name: "Kelvin's curve",
            members: ["kty": "O\u{212A}P", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
        ),
        Change(name: "no type", members: [:], without: ["kty"]),
        Change(name: "type no string", members: ["kty": 1]),
        Change(name: "unknown curve", members: ["crv": "P-224"]),
        Change(name: "other curve of the same size", members: ["crv": "secp256k1"]),
        Change(name: "other curve", members: ["crv": "P-384"]),
        Change(name: "no curve", members: [:], without: ["crv"]),
        Change(name: "no y", members: [:], without: ["y"]),
        Change(name: "off the curve", members: ["y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4"]),
        Change(name: "leading zero", members: ["x": "AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF"]),
        Change(name: "short", members: ["x": "zidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF"]),
        Change(name: "padding", members: ["x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="]),
        Change(name: "not base64url", members: ["x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE!"]),
        Change(name: "for encryption", members: ["use": "enc"]),
        Change(name: "use no string", members: ["use": ["sig"]]),
        Change(name: "operations without verify", members: ["key_ops": ["sign"]]),
        Change(name: "operations of encryption", members: ["key_ops": ["verify", "encrypt"]]),
        Change(name: "an operation twice", members: ["key_ops": ["verify", "verify"]]),
        Change(name: "operations no array", members: ["key_ops": "verify"]),
        Change(name: "algorithm of another curve", members: ["alg": "ES384"]),
        Change(name: "algorithm of another family", members: ["alg": "RS256"]),
        Change(name: "HMAC", members: ["alg": "HS256"]),
        Change(name: "none", members: ["alg": "none"]),
        Change(name: "unknown algorithm", members: ["alg": "ES257"]),
        Change(name: "kid no string", members: ["kid": 1]),
    ])
    func `a JWK that is no sound public signature key is refused`(change: Change) throws {
        #expect(throws: Never.self) { try JWK(json: JWKTests.good) }
        var json = JWKTests.good.merging(change.members)
        for name in change.without { json[name] = nil }
        let error = #expect(throws: JOSEError.self) { try JWK(json: json) }
        #expect(error?.code == .key)
        let skipped = try? JWKSet(json: ["keys": [.object(json)]], unusable: .skipped)
        #expect(skipped?.keys.count ?? 0 == 0)
        #expect(throws: JOSEError.self) { try JWKSet(json: ["keys": [.object(json)]], unusable: .refused) }
    }

    @Test(
        arguments: [
            ["use": "sig", "alg": "ES256", "kid": "k", "key_ops": ["verify"]], ["key_ops": ["sign", "verify"]],
            ["unknown": ["x": 1]], ["kid": ""],
        ] as [JSONObject]
    )
    func `what a JWK may say besides is taken`(members: JSONObject) {
        #expect(throws: Never.self) { try JWK(json: JWKTests.good.merging(members)) }
    }

    @Test(arguments: Curve.allCases.map(KeyKind.ec) + [.ed25519, .rsa(bits: 2048)])
    func `keys of each kind are written and read back`(kind: KeyKind) throws {
        let key = try PrivateKey.generate(kind)
        let algorithm = try #require(SignatureAlgorithm.allCases.first { $0.suits(kind) })
        let json = key.publicKey.toPublicJSON(kid: "k", use: "sig", alg: algorithm)
        let read = try JWK(json: json)
        #expect(read.key.parameters == key.publicKey.parameters)
        #expect(read.toPublicJSON() == json)
        #expect(read.thumbprint == key.publicKey.thumbprint)
        let secret = try PrivateJWK(json: try key.toPrivateJSON(kid: "k", alg: algorithm))
        let token = try JWT.sign(claims: ["a": 1], key: secret.key, algorithm: algorithm)
        try JWS.parse(token, policy: JWSPolicy(algorithms: [algorithm], type: .untyped)).verify(with: read)
        var torn = try key.toPrivateJSON()
        torn["d"] = .string(Base64URL.encode(SystemRandom().bytes(32)))
        #expect(throws: JOSEError.self) { try PrivateJWK(json: torn) }
        #expect(throws: JOSEError.self) { try PrivateJWK(json: json) }
    }

    /// JW-14.
    @Test(arguments: [
        ("AQ", 256), ("Ag", 256), ("Aw", 256), ("AQAA", 256), ("AQAB", 128), ("AQAB", 2048), ("AAEAAQ", 256),
    ])
    func `weak RSA keys are refused`(exponent: String, bytes: Int) {
        func key(_ exponent: String, _ bytes: Int) -> JSONObject {
            let modulus = [0xC1] + [UInt8](repeating: 0x5A, count: bytes - 2) + [1]
            return ["kty": "RSA", "n": .string(Base64URL.encode(modulus)), "e": .string(exponent)]
        }
        #expect(throws: Never.self) { try JWK(json: key("AQAB", 256)) }
        #expect(throws: JOSEError.self) { try JWK(json: key(exponent, bytes)) }
    }

    @Test func `a set is looked up by kid and algorithm`() throws {
        let (one, two) = (try PrivateKey.generate(.ec(.p256)), try PrivateKey.generate(.ed25519))
        let set = JWKSet([JWK(key: one.publicKey, kid: "1"), JWK(key: two.publicKey, kid: "2", algorithm: .edDSA)])
        let read = try JWKSet(json: set.toPublicJSON(), unusable: .refused)
        #expect(read.keys.map(\.kid) == ["1", "2"])
        #expect(read["2"]?.algorithm == .edDSA)
        #expect(read["3"] == nil)
        #expect(read.candidates(kid: nil, algorithm: .es256).map(\.kid) == ["1"])
        #expect(read.candidates(kid: "1", algorithm: .edDSA).isEmpty)
        #expect(read.candidates(kid: "2", algorithm: .edDSA).map(\.kid) == ["2"])
    }

    @Test(
        arguments: [
            [:], ["keys": nil], ["keys": ["kty": "EC"]], ["keys": .array(.init(repeating: .object(good), count: 65))],
            ["keys": [.object(good.merging(["kid": "a"])), .object(good.merging(["kid": "a"]))]],
            ["keys": [.object(good), .object(good.merging(["d": "AA"]))]],
        ] as [JSONObject]
    )
    func `a set that is not one is refused, even where unusable keys are skipped`(json: JSONObject) {
        #expect(throws: JOSEError.self) { try JWKSet(json: json, unusable: .skipped) }
    }

    @Test func `unusable keys are skipped only where the caller says so`() throws {
        let other: JSONObject = [
            "kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo", "use": "enc",
        ]
        let json: JSONObject = ["keys": [.object(other), .object(JWKTests.good), 5]]
        #expect(try JWKSet(json: json, unusable: .skipped).keys.count == 1)
        #expect(throws: JOSEError.self) { try JWKSet(json: json, unusable: .refused) }
    }
}
