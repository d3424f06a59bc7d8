import Cryptography
import JOSE
import TestSupport
import Testing

struct JWETests {
    private static let random = SeededRandom()

    private static let cases = ContentEncryption.allCases.flatMap { encryption in
        [
            (JWEAlgorithm.rsaOAEP256, KeyKind.rsa(bits: 2048), encryption), (.ecdhES, .ec(.p256), encryption),
            (.ecdhES, .ec(.p384), encryption), (.ecdhES, .ec(.p521), encryption),
        ]
    }

    @Test(arguments: cases)
    func `what is encrypted for a key is read with it, unchanged, and by no other`(
        algorithm: JWEAlgorithm,
        kind: KeyKind,
        encryption: ContentEncryption
    ) throws {
        let key = try PrivateKey.generate(kind)
        let recipient = EncryptionKey(key: key.publicKey, kid: "k", algorithm: algorithm)
        for content in [[], Array("a token".utf8), [UInt8](repeating: 7, count: 5000)] {
            let text = try JWE.encrypt(content, for: recipient, by: encryption, contentType: "JWT", random: Self.random)
            let token = try JWE(parsing: text)
            #expect(token.kid == "k" && token.contentType == "JWT")
            #expect(try token.decrypt(with: key, random: Self.random) == content)
            let other = try PrivateKey.generate(kind)
            #expect(throws: JOSEError.self) { try token.decrypt(with: other, random: Self.random) }
        }
    }

    @Test(arguments: [(JWEAlgorithm.rsaOAEP256, KeyKind.rsa(bits: 2048)), (.ecdhES, .ec(.p256))])
    func `a changed segment is refused, each in the same way`(algorithm: JWEAlgorithm, kind: KeyKind) throws {
        let key = try PrivateKey.generate(kind)
        let recipient = EncryptionKey(key: key.publicKey, kid: nil, algorithm: algorithm)
        for encryption in ContentEncryption.allCases {
            let text = try JWE.encrypt(Array("content".utf8), for: recipient, by: encryption, random: Self.random)
            let segments = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            for index in 1..<5 where !segments[index].isEmpty {
                var changed = segments
                let first = changed[index].removeFirst()
                changed[index] = (first == "A" ? "B" : "A") + changed[index]
                let token = try JWE(parsing: changed.joined(separator: "."))
                let error = #expect(throws: JOSEError.self) { try token.decrypt(with: key, random: Self.random) }
                #expect(error?.failed.check == "JWE decryption")
            }
        }
    }

    @Test(arguments: [
        "", "a.b.c", "....", "e30....", "e30.a.b.c.d.e",
        // {"alg":"RSA1_5","enc":"A128GCM"}, {"alg":"dir","enc":"A128GCM"}, and a `zip`
        "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4R0NNIn0.AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA",
        "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMTI4R0NNIiwiemlwIjoiREVGIn0.AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA",
    ])
    func `a token of another form or algorithm is refused before any key is used`(text: String) {
        #expect(throws: JOSEError.self) { try JWE(parsing: text) }
    }

    @Test func `the agreed key is the one of RFC 7518 appendix C`() throws {
        let alice = try PrivateJWK(
            json: [
                "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
                "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
            ]
        )
        let bob = try PrivateJWK(
            json: [
                "kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
                "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
            ]
        )
        let secret = try alice.key.sharedSecret(with: bob.key.publicKey)
        #expect(secret == (try bob.key.sharedSecret(with: alice.key.publicKey)))
        #expect(secret.prefix(4) == [158, 86, 217, 29])
    }

    @Test func `a key for signatures, of another kind or with secret members is no encryption key`() throws {
        let rsa = try PrivateKey.generate(.rsa(bits: 2048))
        let usable = rsa.publicKey.toPublicJSON(kid: "a", use: "enc")
        #expect(try EncryptionKey(json: usable, algorithm: .rsaOAEP256).kid == "a")
        #expect(throws: JOSEError.self) { try EncryptionKey(json: usable, algorithm: .ecdhES) }
        for (name, value) in [("use", "sig"), ("alg", "RS256"), ("d", "AQ")] as [(String, JSON)] {
            var json = usable
            json[name] = value
            #expect(throws: JOSEError.self) { try EncryptionKey(json: json, algorithm: .rsaOAEP256) }
        }
        let set: JSONObject = ["keys": [.object(rsa.publicKey.toPublicJSON(use: "sig")), .object(usable)]]
        #expect(set.encryptionKey(for: .rsaOAEP256)?.kid == "a")
        #expect(set.encryptionKey(for: .ecdhES) == nil)
    }

    @Test(.enabled(if: Vectors.present, "RFC 7520 JWE: no vectors found"))
    func `the ECDH-ES token of RFC 7520 section 5.5 is read`() throws {
        let vector = try Vectors.object(
            "jose-cookbook/jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json"
        )
        let input = try #require(try vector.object("input"))
        let json = try #require(try input.object("key"))
        var signing = json
        signing["use"] = "sig"
        let key = try PrivateJWK(json: signing).key
        let token = try JWE(parsing: try #require(try vector.object("output")?.string("compact")))
        let expected = try #require(try input.string("plaintext"))
        #expect(try token.decrypt(with: key, random: Self.random) == Array(expected.utf8))
    }

    /// Of Wycheproof's tokens those whose algorithms are ours and whose keys say so; all others must be refused as they are.
    @Test(.enabled(if: Vectors.present, "Wycheproof JWE: no vectors found"))
    func `Wycheproof's encrypted tokens are judged as it judges them`() throws {
        var (count, opened): (Int, Int) = (0, 0)
        for group in try #require(try Vectors.object("wycheproof/json_web_encryption_test.json").array("testGroups")) {
            let group = try #require(group.objectValue)
            var json = try #require(try group.object("private"))
            let name = json["alg"]?.stringValue
            json["use"] = "sig"
            json["alg"] = nil
            for test in try #require(try group.array("tests")) {
                let test = try #require(test.objectValue)
                count += 1
                guard json["kty"] != "oct", let key = try? PrivateJWK(json: json).key,
                    let token = try? JWE(parsing: try #require(try test.string("jwe"))),
                    token.algorithm.rawValue == name,
                    let content = try? token.decrypt(with: key, random: Self.random)
                else {
                    let isOurs = name.flatMap(JWEAlgorithm.init(rawValue:)) != nil
                    let encryption = try test.string("enc").flatMap(ContentEncryption.init(rawValue:))
                    #expect(test["result"] != "valid" || !isOurs || encryption == nil, "case \(test["tcId"] ?? .null)")
                    continue
                }
                opened += 1
                #expect(test["result"] == "valid", "case \(test["tcId"] ?? .null)")
                #expect(Hexadecimal.encode(content) == (try test.string("pt")))
            }
        }
        print("json_web_encryption: \(count) cases, \(opened) opened")
        #expect(opened >= 5)
    }
}
