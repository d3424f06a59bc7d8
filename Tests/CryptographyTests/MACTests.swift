import Testing

@testable import Cryptography

struct MACTests {
    private struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key: HexBytes
            let msg: HexBytes
            let tag: HexBytes
            let result: String
        }
        let tagSize: Int
        let tests: [Case]
    }

    /// Truncated codes (`tagSize` 128) are compared with the beginning of ours.
    @Test(.enabled(if: Vectors.present, "Wycheproof HMAC: no vectors found"))
    func `Wycheproof's HMAC codes are judged as it judges them`() throws {
        var count = 0
        for group: Group in try Vectors.wycheproof("hmac_sha256") {
            for test in group.tests {
                let code = HMAC.code(test.msg.bytes, key: test.key.bytes)
                let valid =
                    group.tagSize == 256
                    ? HMAC.verifies(test.tag.bytes, message: test.msg.bytes, key: test.key.bytes)
                    : constantTimeEqual(Array(code.prefix(group.tagSize / 8)), test.tag.bytes)
                #expect(valid == (test.result == "valid"), "case \(test.tcId)")
                count += 1
            }
        }
        print("hmac_sha256: \(count) cases")
        #expect(count == 174)
    }

    @Test(arguments: [
        (HashAlgorithm.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            .sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
        ),
        (
            .sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
                + "caeab1a34d4a6b4b636e070a38bce737"
        ),
    ])
    func `RFC 4231 §4.3`(algorithm: HashAlgorithm, expected: String) {
        let code = HMAC.code(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8), using: algorithm)
        #expect(Hexadecimal.encode(code) == expected)
        #expect(code.count == algorithm.digestSize)
    }

    @Test func `an empty key is a key, and other codes are refused`() {
        let code = HMAC.code([1, 2], key: [])
        #expect(HMAC.verifies(code, message: [1, 2], key: [0, 0]), "RFC 2104 pads keys with zeros")
        #expect(!HMAC.verifies(code, message: [1, 2], key: [1]))
        #expect(!HMAC.verifies(Array(code.dropLast()), message: [1, 2], key: []))
        #expect(!HMAC.verifies([], message: [1, 2], key: []))
        #expect(code != HMAC.code([1, 3], key: []))
    }

    @Test(arguments: [
        (HashAlgorithm.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                + "454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func `FIPS 180-4 digests of abc`(algorithm: HashAlgorithm, expected: String) {
        #expect(Hexadecimal.encode(Hash.digest(Array("abc".utf8), using: algorithm)) == expected)
        #expect(Hexadecimal.encode(Hash.digest("abc", using: algorithm)) == expected)
        #expect(Hexadecimal.encode(Hash.digest(Array("xabcx".utf8)[1..<4], using: algorithm)) == expected)
    }

    @Test func `the digest of nothing`() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Hexadecimal.encode(Hash.digest([UInt8]())) == expected)
    }

    @Test func `comparison in constant time`() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
        #expect(!constantTimeEqual([], [0]))
    }
}
