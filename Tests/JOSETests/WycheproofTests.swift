import Cryptography
import JOSE
import Testing

struct WycheproofTests {
    private static let everything = JWSPolicy(algorithms: Set(SignatureAlgorithm.allCases), type: .untyped)

    /// What a token is judged by: a JWK, or the bytes of a symmetric one that is for HS256.
    private static func accepts(_ token: String, key: JSONObject) -> Bool {
        do {
            if key["kty"] == "oct" {
                guard key["alg"] == nil || key["alg"] == "HS256", let text = key["k"]?.stringValue,
                    let secret = Base64URL.decode(text)
                else { return false }
                try JWS.parse(token, policy: .sharedSecret(type: .untyped)).verify(sharedSecret: secret)
            } else {
                try JWS.parse(token, policy: everything).verify(with: JWK(json: key))
            }
            return true
        } catch {
            return false
        }
    }

    /// Valid in the file and refused here: keys that name another algorithm than the token ("ES521", which is none, or
    /// PS256 for a PS384 signature), and two tokens with a `?` among their base64url (RFC 7515 §2).
    private static let refusedValid: Set<Int64> = [346, 347, 350, 351, 372, 373]
    /// Invalid in the file and taken here: both are case 357 byte for byte, without the padding that they are named for.
    private static let repeatedValid: Set<Int64> = [367, 370]

    @Test(.enabled(if: Vectors.present, "Wycheproof JWS: no vectors found"))
    func `Wycheproof's tokens are judged as it judges them`() throws {
        var (count, valid): (Int, Set<String>) = (0, [])
        for group in try #require(try Vectors.object("wycheproof/json_web_signature_test.json").array("testGroups")) {
            let group = try #require(group.objectValue)
            let key = try #require(try group.object("public") ?? group.object("private"))
            for test in try #require(try group.array("tests")) {
                let test = try #require(test.objectValue)
                let number = try #require(try test.integer("tcId"))
                let token = try #require(try test.string("jws"))
                let listed = test["result"] == "valid" && !WycheproofTests.refusedValid.contains(number)
                if WycheproofTests.repeatedValid.contains(number) { #expect(valid.contains(token), "case \(number)") }
                let expected = listed || WycheproofTests.repeatedValid.contains(number)
                #expect(WycheproofTests.accepts(token, key: key) == expected, "case \(number)")
                if expected { valid.insert(token) }
                count += 1
            }
        }
        print("json_web_signature: \(count) cases, \(valid.count) tokens accepted")
        #expect(count == 401)
        #expect(valid.count > 30)
    }

    /// Sets with symmetric keys are refused as a whole, so their valid cases 2 and 13 to 15 are too; the "ambiguous"
    /// sets are refused.
    @Test(.enabled(if: Vectors.present, "Wycheproof JWK: no vectors found"))
    func `Wycheproof's key sets are judged as it judges them`() throws {
        var (count, accepted): (Int, [Int64]) = (0, [])
        for group in try #require(try Vectors.object("wycheproof/json_web_key_test.json").array("testGroups")) {
            let group = try #require(group.objectValue)
            let json = try #require(try group.object("public") ?? group.object("private"))
            let set = try? JWKSet(json: json, unusable: .refused)
            for test in try #require(try group.array("tests")) {
                let test = try #require(test.objectValue)
                let token = try #require(try test.string("jws"))
                count += 1
                guard let set, let jws = try? JWS.parse(token, policy: WycheproofTests.everything),
                    case .signature(let algorithm) = jws.algorithm
                else { continue }
                let keys = set.candidates(kid: jws.kid, algorithm: algorithm)
                let holds = keys.contains { key in (try? jws.verify(with: key)) != nil }
                if holds { accepted.append(try #require(try test.integer("tcId"))) }
            }
        }
        print("json_web_key: \(count) cases, accepted: \(accepted)")
        #expect(count == 26)
        #expect(accepted == [5])
    }

    @Test(
        .enabled(if: Vectors.present, "JOSE cookbook JWS: no vectors found"),
        arguments: [
            "jws/4_1.rsa_v15_signature", "jws/4_2.rsa-pss_signature", "jws/4_3.ecdsa_signature",
            "jws/4_4.hmac-sha2_integrity_protection", "curve25519/jws",
        ]
    )
    func `the cookbook's compact tokens hold`(name: String) throws {
        let example = try Vectors.object("jose-cookbook/\(name).json")
        let input = try #require(try example.object("input"))
        let token = try #require(try example.object("output")?.string("compact"))
        var key = try #require(try input.object("key"))
        for secret in ["d", "p", "q", "dp", "dq", "qi"] { key[secret] = nil }
        #expect(WycheproofTests.accepts(token, key: key))
        #expect(!WycheproofTests.accepts(token.replacing(".", with: ".AAAA", maxReplacements: 1), key: key))
    }

    @Test(
        .enabled(if: Vectors.present, "JOSE cookbook RFC 7797 and detached: no vectors found"),
        arguments: ["rfc7797/hmac-sha2_b64_false", "jws/4_5.signature_with_detached_content"]
    )
    func `the cookbook's unencoded and detached tokens are refused`(name: String) throws {
        let example = try Vectors.object("jose-cookbook/\(name).json")
        let token = try #require(try example.object("output")?.string("compact"))
        let key = try #require(try example.object("input")?.object("key"))
        #expect(!WycheproofTests.accepts(token, key: key))
    }

    @Test(
        .enabled(if: Vectors.present, "JOSE cookbook JWK: no vectors found"),
        arguments: ["3_1.ec_public_key", "3_2.ec_private_key", "3_3.rsa_public_key", "3_4.rsa_private_key"]
    )
    func `the cookbook's keys are read and written back`(name: String) throws {
        let json = try Vectors.object("jose-cookbook/jwk/\(name).json")
        if json["d"] == nil {
            let key = try JWK(json: json)
            #expect(Set(key.toPublicJSON().names) == Set(json.names))
            for name in json.names { #expect(key.toPublicJSON()[name] == json[name]) }
        } else {
            let key = try PrivateJWK(json: json)
            let written = try key.key.toPrivateJSON(kid: key.kid)
            for name in json.names where name != "use" { #expect(written[name] == json[name], "\(name)") }
            #expect(throws: JOSEError.self) { try JWK(json: json) }
        }
    }

    @Test(
        .enabled(if: Vectors.present, "JOSE cookbook symmetric JWK: no vectors found"),
        arguments: ["3_5.symmetric_key_mac_computation", "3_6.symmetric_key_encryption"]
    )
    func `the cookbook's symmetric keys are no public keys`(name: String) throws {
        let json = try Vectors.object("jose-cookbook/jwk/\(name).json")
        let error = #expect(throws: JOSEError.self) { try JWK(json: json) }
        #expect(error?.code == .key)
    }
}
