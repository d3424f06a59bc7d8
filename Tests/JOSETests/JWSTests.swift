import Cryptography
import JOSE
import Testing

/// Rows of the attack catalogue for tokens, at the level of the parser.
struct JWSTests {
    static let key = try! PrivateKey.generate(.ec(.p256))
    static let policy = JWSPolicy(algorithms: [.es256, .es256k], type: .optional("x+jwt"))

    /// A token with any header text and payload, properly signed with ES256.
    static func token(_ header: String, _ payload: String = "{}") throws -> String {
        try token(bytes: Array(header.utf8), Array(payload.utf8))
    }

    static func token(bytes header: [UInt8], _ payload: [UInt8]) throws -> String {
        let input = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8), using: .es256))
    }

    private static func check(_ token: String, _ policy: JWSPolicy = policy) throws {
        try JWS.parse(token, policy: policy).verify(with: key.publicKey)
    }

    @Test(arguments: [
        (#"{"typ":"JWT"}"#, JOSEError.Code.algorithm),
        (#"{"alg":"none"}"#, .algorithm),
        (#"{"alg":"NONE"}"#, .algorithm),
        (#"{"alg":"HS256"}"#, .algorithm),
        (#"{"alg":"RS256"}"#, .algorithm),
        (#"{"alg":"es256"}"#, .algorithm),
        (#"{"alg":"ES256 "}"#, .algorithm),
        (#"{"alg":""}"#, .algorithm),
        ("{\"alg\":\"ES256\u{212A}\"}", .algorithm),
        (#"{"alg":null}"#, .header),
        (#"{"alg":["ES256"]}"#, .header),
        (#"{"alg":256}"#, .header),
        (#"{"alg":"ES256","kid":1}"#, .header),
        (#"{"alg":"ES256","typ":1}"#, .header),
        (#"{"alg":"ES256","crit":["exp"]}"#, .critical),
        (#"{"alg":"ES256","crit":[]}"#, .critical),
        (#"{"alg":"ES256","crit":["alg"]}"#, .critical),
        (#"{"alg":"ES256","crit":["b64","b64"],"b64":true}"#, .critical),
        (#"{"alg":"ES256","crit":null}"#, .critical),
        (#"{"alg":"ES256","crit":["http://x/y"],"http://x/y":1}"#, .critical),
        (#"{"alg":"ES256","b64":false}"#, .critical),
        (#"{"alg":"ES256","b64":true}"#, .critical),
        (#"{"alg":"ES256","crit":["b64"],"b64":false}"#, .critical),
        (#"{"alg":"ES256","zip":"DEF"}"#, .critical),
        (#"{"alg":"ES256","enc":"A256GCM"}"#, .critical),
        (#"{"alg":"ES256","jku":"https://evil.example/keys"}"#, .embeddedKey),
        (#"{"alg":"ES256","x5u":"https://evil.example/c"}"#, .embeddedKey),
        (#"{"alg":"ES256","x5c":["AA"]}"#, .embeddedKey),
        (#"{"alg":"ES256","jwk":{"kty":"EC"}}"#, .embeddedKey),
        (#"{"alg":"ES256","jwk":null}"#, .embeddedKey),
        (#"{"alg":"ES256","alg":"ES256"}"#, .malformed),
        (#"{"alg":"ES256","\u0061lg":"none"}"#, .malformed),
        (#"{"alg":"ES256","typ":"dpop+jwt"}"#, .type),
        (#"{"alg":"ES256","typ":"at+jwt"}"#, .type),
        (#"{"alg":"ES256","typ":"AT+JWT"}"#, .type),
        (#"{"alg":"ES256","typ":"application/at+jwt"}"#, .type),
        (#"{"alg":"ES256","typ":"Application/Logout+JWT"}"#, .type),
        (#"["alg"]"#, .malformed),
        (#""alg""#, .malformed),
        (#"{"alg":"ES256""#, .malformed),
        (#"{"alg":"ES256"} x"#, .malformed),
        ("\u{FEFF}{\"alg\":\"ES256\"}", .malformed),
        (#"{"alg":"ES256","x":"\ud800"}"#, .malformed),
        (#"{"alg":"ES256","x":1e400}"#, .malformed),
        (#"{"alg":"ES256","x":"# + String(repeating: "[", count: 5000), .malformed),
        ("", .malformed),
    ])
    func `a header that is not sound is refused although the signature holds`(
        header: String,
        code: JOSEError.Code
    ) throws {
        #expect(throws: Never.self) { try JWSTests.check(try JWSTests.token(#"{"alg":"ES256"}"#)) }
        let token = try JWSTests.token(header)
        let error = #expect(throws: JOSEError.self) { try JWSTests.check(token) }
        #expect(error?.code == code)
    }

    @Test(arguments: [
        #"{"alg":"ES256"}"#, #"{"typ":"x+jwt","alg":"ES256"}"#, #"{"typ":"X+JWT","alg":"ES256"}"#,
        #"{"typ":"application/x+jwt","alg":"ES256"}"#, #"{"typ":"JWT","alg":"ES256"}"#,
        #"{"typ":"jwt","alg":"ES256","kid":"k","cty":"y","unknown":[1]}"#,
    ])
    func `sound headers are taken`(header: String) throws {
        #expect(throws: Never.self) { try JWSTests.check(try JWSTests.token(header)) }
    }

    @Test(arguments: [
        ("at+jwt", true), ("AT+jwt", true), ("application/at+jwt", true), ("APPLICATION/AT+JWT", true), ("JWT", false),
        ("at+jwt ", false), ("at", false), ("application/application/at+jwt", false), ("", false), ("jwt+at", false),
        ("ＡＴ+jwt", false),
    ])
    func `a required type is compared without case and prefix`(type: String, taken: Bool) throws {
        let policy = JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))
        let token = try JWSTests.token(#"{"alg":"ES256","typ":"\#(type)"}"#)
        #expect(((try? JWSTests.check(token, policy)) != nil) == taken)
        let untyped = try JWSTests.token(#"{"alg":"ES256"}"#)
        let error = #expect(throws: JOSEError.self) { try JWSTests.check(untyped, policy) }
        #expect(error?.code == .type)
    }

    /// JW-18, JW-30.
    @Test func `anything but three whole segments is refused`() throws {
        let token = try JWSTests.token(#"{"alg":"ES256"}"#)
        let parts = token.split(separator: ".").map(String.init)
        let (header, payload, signature) = (parts[0], parts[1], parts[2])
        let broken = [
            "", ".", "..", "...", header, "\(header).\(payload)", "\(token).", ".\(token)", "\(token).AAAA",
            "\(header).\(payload).\(signature).\(payload).\(signature)", "\(token).a.b.c", ".\(payload).\(signature)",
            " \(token)", "\(token)\n", "\(header) .\(payload).\(signature)", "\(header)=.\(payload).\(signature)",
            "\(header).\(payload)=.\(signature)", "\(token)==", "\(header).\(payload)!.\(signature)",
            #"{"payload":"\#(payload)","protected":"\#(header)","signature":"\#(signature)"}"#,
        ]
        #expect(throws: Never.self) { try JWSTests.check(token) }
        for text in broken {
            let error = #expect(throws: JOSEError.self) { try JWSTests.check(text) }
            #expect(error?.code == .malformed, "\(text)")
        }
        for text in ["\(header)..\(signature)", "\(header).\(payload).", "\(header).AAAA.\(signature)"] {
            let error = #expect(throws: JOSEError.self) { try JWSTests.check(text) }
            #expect(error?.code == .signature, "\(text)")
        }
    }

    /// JW-10, JW-11.
    @Test func `a signature of another form is refused, a high s is not`() throws {
        let token = try JWSTests.token(#"{"alg":"ES256"}"#)
        let jws = try JWS.parse(token, policy: JWSTests.policy)
        let input = String(decoding: jws.signingInput, as: UTF8.self)
        let (r, s) = (Array(jws.signature[..<32]), Array(jws.signature[32...]))
        func der(_ half: [UInt8]) -> [UInt8] { [2, half[0] > 127 ? 33 : 32] + (half[0] > 127 ? [0] : []) + half }
        let content = der(r) + der(s)
        let zeros = [UInt8](repeating: 0, count: 32)
        let forged: [[UInt8]] = [
            [0x30, UInt8(content.count)] + content, [0] + jws.signature, jws.signature + [0],
            Array(jws.signature.dropLast()), [], r, s + r, zeros + s, r + zeros, zeros + zeros,
        ]
        for signature in forged {
            #expect(throws: JOSEError.self) { try JWSTests.check(input + "." + Base64URL.encode(signature)) }
        }
        let order = try #require(Hexadecimal.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
        var (negated, borrow) = ([UInt8](repeating: 0, count: 32), 0)
        for place in (0..<32).reversed() {
            let difference = Int(order[place]) - Int(s[place]) - borrow
            negated[place] = UInt8(truncatingIfNeeded: difference)
            borrow = difference < 0 ? 1 : 0
        }
        #expect(throws: Never.self) { try JWSTests.check(input + "." + Base64URL.encode(r + negated)) }
    }

    /// JW-02.
    @Test func `a public key is no shared secret and the reverse`() throws {
        let publicKey = JWSTests.key.publicKey
        let secrets: [[UInt8]] = [
            Array(try publicKey.spkiPEM().utf8), publicKey.toPublicJSON().encoded(),
            try #require(publicKey.sec1Uncompressed),
        ]
        for secret in secrets {
            let input = Base64URL.encode(Array(#"{"alg":"HS256"}"#.utf8)) + ".e30"
            let forged = input + "." + Base64URL.encode(HMAC.code(Array(input.utf8), key: secret))
            #expect(throws: JOSEError.self) { try JWSTests.check(forged) }
            let shared = try JWS.parse(forged, policy: .sharedSecret(type: .untyped))
            #expect(throws: JOSEError.self) { try shared.verify(with: publicKey) }
            #expect(throws: Never.self) { try shared.verify(sharedSecret: secret) }
        }
        let signed = try JWS.parse(try JWSTests.token(#"{"alg":"ES256"}"#), policy: JWSTests.policy)
        #expect(throws: JOSEError.self) { try signed.verify(sharedSecret: secrets[0]) }
        #expect(throws: JOSEError.self) {
            try JWS.parse(try JWSTests.token(#"{"alg":"ES256"}"#), policy: .sharedSecret(type: .untyped))
        }
    }

    @Test func `keys of another kind, another pair or another purpose do not verify`() throws {
        let jws = try JWS.parse(try JWSTests.token(#"{"alg":"ES256"}"#), policy: JWSTests.policy)
        for kind in [KeyKind.ec(.p256), .ec(.secp256k1), .ec(.p384), .ed25519] {
            let other = try PrivateKey.generate(kind).publicKey
            let error = #expect(throws: JOSEError.self) { try jws.verify(with: other) }
            #expect(error?.code == .signature)
        }
        let everything = JWSPolicy(algorithms: Set(SignatureAlgorithm.allCases), type: .untyped)
        let rsa = try PrivateKey.generate(.rsa(bits: 2048))
        let token = try JWT.sign(claims: [:], key: rsa, algorithm: .rs256)
        let bound = JWK(key: rsa.publicKey, algorithm: .ps256)
        #expect(throws: JOSEError.self) { try JWS.parse(token, policy: everything).verify(with: bound) }
        #expect(throws: Never.self) { try JWS.parse(token, policy: everything).verify(with: rsa.publicKey) }
    }

    /// JW-03: only where the policy says so, and then only a public key.
    @Test func `an embedded key is read where it is allowed`() throws {
        let policy = JWSPolicy(algorithms: [.es256], type: .required("dpop+jwt"), allowsEmbeddedKey: true)
        func token(_ jwk: JSONObject) throws -> String {
            let header: JSONObject = ["typ": "dpop+jwt", "alg": "ES256", "jwk": .object(jwk)]
            return try JWSTests.token(bytes: header.encoded(), [])
        }
        let jwk = JWSTests.key.publicKey.toPublicJSON()
        let jws = try JWS.parse(try token(jwk), policy: policy)
        try jws.verify(with: try #require(jws.embeddedKey))
        #expect(jws.embeddedKey?.thumbprint == JWSTests.key.publicKey.thumbprint)
        #expect(throws: JOSEError.self) { try JWS.parse(try token(jwk), policy: JWSTests.policy) }
        #expect(throws: JOSEError.self) { try JWS.parse(try token(jwk.merging(["d": "AA"])), policy: policy) }
        #expect(throws: JOSEError.self) { try JWS.parse(try token(["kty": "oct", "k": "AA"]), policy: policy) }
        let text = #"{"typ":"dpop+jwt","alg":"ES256","jwk":"x"}"#
        #expect(throws: JOSEError.self) { try JWS.parse(try JWSTests.token(text), policy: policy) }
        let address = #"{"typ":"dpop+jwt","alg":"ES256","jku":"https://x.example"}"#
        #expect(throws: JOSEError.self) { try JWS.parse(try JWSTests.token(address), policy: policy) }
    }

    @Test func `a token of more than 16 KiB is refused`() throws {
        let payload = String(repeating: "a", count: 16384)
        let token = try JWSTests.token(#"{"alg":"ES256"}"#, payload)
        let error = #expect(throws: JOSEError.self) { try JWSTests.check(token) }
        #expect(error?.code == .tooLarge)
        #expect(throws: Never.self) { try JWS.parse(token, policy: JWSTests.policy, limit: 32768) }
    }

    @Test func `a refusal holds nothing of the token`() throws {
        let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ"
        let texts = [
            secret, "\(secret).\(secret).\(secret)", try JWSTests.token(#"{"alg":"ES256","crit":["\#(secret)"]}"#),
            try JWSTests.token(#"{"alg":"ES256"}"#, secret) + secret,
        ]
        for text in texts {
            let error = #expect(throws: JOSEError.self) { try JWSTests.check(text) }
            #expect(error.map { "\($0)".contains("c2Vj") } == false)
        }
    }
}
