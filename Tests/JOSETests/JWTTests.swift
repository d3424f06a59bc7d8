import Cryptography
import JOSE
import Testing

struct JWTTests {
    private static func claims(_ text: String) throws -> JWTClaims { try JWTClaims(payload: Array(text.utf8)) }

    /// JW-22, JW-08, JW-19, JW-20.
    @Test(arguments: [
        #"{"exp":"1764000000"}"#, #"{"exp":1764000000.5}"#, #"{"exp":1764000000.0}"#, #"{"exp":-1}"#,
        #"{"exp":9223372036854775807}"#, #"{"exp":9223372036854775808}"#, #"{"exp":1e400}"#, #"{"exp":1e18}"#,
        #"{"exp":NaN}"#, #"{"exp":null}"#, #"{"exp":true}"#, #"{"exp":[1]}"#, #"{"exp":{}}"#, #"{"exp":253402300800}"#,
        #"{"exp":-9223372036854775808}"#, #"{"exp":99999999999999999999999999}"#, #"{"nbf":"1"}"#, #"{"nbf":-5}"#,
        #"{"iat":1.5}"#, #"{"iat":9223372036854775808}"#, #"{"exp":100,"nbf":101}"#,
        #"{"aud":"a","aud":"b"}"#, #"{"aud":"a","\u0061ud":"b"}"#, #"{"aud":1}"#, #"{"aud":[]}"#, #"{"aud":["a",1]}"#,
        #"{"aud":null}"#, #"{"aud":{"a":1}}"#, #"{"iss":1}"#, #"{"iss":null}"#, #"{"sub":["a"]}"#, #"{"jti":5}"#,
        #"[]"#, #""x""#, "", "{", #"{"x":"\ud800"}"#, "\u{FEFF}{}",
    ])
    func `claims that are not sound are refused`(text: String) {
        let error = #expect(throws: JOSEError.self) { try JWTTests.claims(text) }
        #expect(error?.code == .claims || error?.code == .malformed)
    }

    @Test func `registered claims are typed`() throws {
        let claims = try JWTTests.claims(
            #"{"iss":"i","sub":"s","aud":["a","b"],"exp":200,"nbf":100,"iat":0,"jti":"j","x":{"y":1}}"#
        )
        #expect(claims.issuer == "i")
        #expect(claims.subject == "s")
        #expect(claims.audience == .many(["a", "b"]))
        #expect(claims.audience?.contains("b") == true)
        #expect(claims.audience?.contains("c") == false)
        #expect(JWTClaims.Audience.one("\u{212A}").contains("K") == false)
        #expect(claims.expires?.seconds == 200)
        #expect(claims.notBefore?.milliseconds == 100_000)
        #expect(claims.issuedAt == Timestamp(seconds: 0))
        #expect(claims.identifier == "j")
        #expect(try claims.object.object("x")?.integer("y") == 1)
        #expect(try JWTTests.claims(#"{"aud":"a"}"#).audience == .one("a"))
        #expect(try JWTTests.claims("{}").audience == nil)
    }

    @Test(arguments: [
        (#"{"exp":1000}"#, 999, true), (#"{"exp":1000}"#, 1000, false), (#"{"exp":1000}"#, 1009, false),
        (#"{}"#, 0, false), (#"{"exp":1000,"nbf":560}"#, 500, true), (#"{"exp":1000,"nbf":561}"#, 500, false),
        (#"{"exp":1000,"iat":560}"#, 500, true), (#"{"exp":1000,"iat":561}"#, 500, false),
        (#"{"exp":253402300799}"#, 500, true),
    ])
    func `times are checked at their edges`(text: String, now: Int64, taken: Bool) throws {
        let claims = try JWTTests.claims(text)
        #expect(((try? claims.checkTimes(now: Timestamp(seconds: now))) != nil) == taken)
    }

    @Test func `leeway moves the end by as much and no more`() throws {
        let claims = try JWTTests.claims(#"{"exp":1000}"#)
        #expect(throws: Never.self) { try claims.checkTimes(now: Timestamp(milliseconds: 1_009_999), leeway: 10) }
        #expect(throws: JOSEError.self) { try claims.checkTimes(now: Timestamp(seconds: 1010), leeway: 10) }
        #expect(throws: JOSEError.self) { try claims.checkTimes(now: Timestamp(milliseconds: .max), leeway: .max - 1) }
    }

    @Test(arguments: [
        (KeyKind.ec(.p256), SignatureAlgorithm.es256), (.ec(.p384), .es384), (.ec(.p521), .es512),
        (.ec(.secp256k1), .es256k), (.ed25519, .edDSA), (.rsa(bits: 2048), .rs256), (.rsa(bits: 2048), .ps512),
    ])
    func `a signed token is read back by its policy alone`(kind: KeyKind, algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(kind)
        let signer = try JWTSigner(key: key, algorithm: algorithm, kid: "k1", typ: "at+jwt")
        let token = try signer.sign(["sub": "é", "exp": 5])
        let jws = try JWS.parse(token, policy: JWSPolicy(algorithms: [algorithm], type: .required("at+jwt")))
        try jws.verify(with: key.publicKey)
        #expect(jws.kid == "k1")
        #expect(jws.type == "at+jwt")
        #expect(jws.algorithm == .signature(algorithm))
        #expect(jws.header.names == ["alg", "typ", "kid"])
        #expect(try JWTClaims(payload: jws.payload).subject == "é")
        for other in SignatureAlgorithm.allCases where other != algorithm {
            let policy = JWSPolicy(algorithms: [other], type: .required("at+jwt"))
            let error = #expect(throws: JOSEError.self) { try JWS.parse(token, policy: policy) }
            #expect(error?.code == .algorithm)
        }
    }

    @Test func `a signer refuses an algorithm of another key and another alg in the header`() throws {
        let key = try PrivateKey.generate(.ec(.p256))
        #expect(throws: JOSEError.self) { try JWTSigner(key: key, algorithm: .es384, kid: nil, typ: nil) }
        #expect(throws: JOSEError.self) { try JWTSigner(key: key, algorithm: .es256, header: ["alg": "none"]) }
        #expect(throws: Never.self) { try JWTSigner(key: key, algorithm: .es256, header: ["alg": "ES256"]) }
    }
}
