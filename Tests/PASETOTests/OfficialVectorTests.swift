import Cryptography
import PASETO
import Testing

struct OfficialVectorTests {
    @Test(.enabled(if: Vectors.present, "PASETO v4: no vectors found"))
    func `the local tokens are made and read as the vectors say`() throws {
        var count = 0
        for test in try Vectors.cases() where !test.expectFail && test.key != nil {
            let key = try localKey(test)
            let assertion = Array(test.implicitAssertion.utf8)
            let payload = Array(try #require(test.payload).utf8)
            let token = try LocalToken(parsing: test.token)
            #expect(try token.decrypt(with: key, implicitAssertion: assertion) == payload, "\(test.name)")
            #expect(token.footer == Array(test.footer.utf8), "\(test.name)")
            let made = try LocalToken.encrypt(
                payload,
                key: key,
                footer: token.footer,
                implicitAssertion: assertion,
                random: WrittenDown(bytes: try #require(test.nonce).bytes)
            )
            #expect(made == test.token, "\(test.name)")
            count += 1
        }
        print("paseto v4.local: \(count) cases")
        #expect(count == 9)
    }

    @Test(.enabled(if: Vectors.present, "PASETO v4: no vectors found"))
    func `the public tokens are made and read as the vectors say`() throws {
        var count = 0
        for test in try Vectors.cases() where !test.expectFail && test.publicKey != nil {
            let publicKey = try publicKey(test)
            let seed = try #require(test.secretKeySeed).bytes
            let key = try PrivateKey(publicKey: publicKey, parameters: .ed25519(seed: seed))
            let assertion = Array(test.implicitAssertion.utf8)
            let payload = Array(try #require(test.payload).utf8)
            let token = try PublicToken(parsing: test.token)
            #expect(try token.verify(with: publicKey, implicitAssertion: assertion) == payload, "\(test.name)")
            #expect(token.footer == Array(test.footer.utf8), "\(test.name)")
            let made = try PublicToken.sign(payload, with: key, footer: token.footer, implicitAssertion: assertion)
            #expect(made == test.token, "\(test.name)")
            count += 1
        }
        print("paseto v4.public: \(count) cases")
        #expect(count == 3)
    }

    private static let reasons: [String: PASETOError] = [
        "4-F-1": .foreignHeader, "4-F-2": .foreignHeader, "4-F-3": .foreignHeader, "4-F-4": .malformed,
        "4-F-5": .malformed,
    ]

    @Test(.enabled(if: Vectors.present, "PASETO v4: no vectors found"))
    func `the tokens that must fail do, for the reason that was meant`() throws {
        var count = 0
        for test in try Vectors.cases() where test.expectFail {
            let assertion = Array(test.implicitAssertion.utf8)
            let error = #expect(throws: PASETOError.self, "\(test.name)") {
                if test.key == nil {
                    try PublicToken(parsing: test.token)
                        .verify(with: publicKey(test), implicitAssertion: assertion)
                } else {
                    try LocalToken(parsing: test.token).decrypt(with: localKey(test), implicitAssertion: assertion)
                }
            }
            #expect(error == OfficialVectorTests.reasons[test.name], "\(test.name)")
            count += 1
        }
        print("paseto v4, to be refused: \(count) cases")
        #expect(count == 5)
    }

    /// Without its padding 4-F-5 is a sound token, and 4-F-4 is one with its last bits cleared.
    @Test(.enabled(if: Vectors.present, "PASETO v4: no vectors found"))
    func `the malformed ones fail by their form alone`() throws {
        for test in try Vectors.cases() where ["4-F-4", "4-F-5"].contains(test.name) {
            let mended =
                test.name == "4-F-5"
                ? test.token.split(separator: "=").joined() : String(test.token.dropLast()) + "g"
            let token = try LocalToken(parsing: mended)
            #expect(try !token.decrypt(with: localKey(test)).isEmpty, "\(test.name)")
        }
    }

    private func localKey(_ test: Vectors.Case) throws -> LocalKey {
        try LocalKey(try #require(test.key).bytes)
    }

    private func publicKey(_ test: Vectors.Case) throws -> PublicKey {
        try PublicKey(ed25519: try #require(test.publicKey).bytes)
    }
}
