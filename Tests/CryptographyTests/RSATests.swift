import Testing

@testable import Cryptography

struct RSATests {
    private struct Group: Decodable {
        let publicKeyPem: String
        let tests: [SignatureCase]
    }

    struct File: Sendable, CustomTestStringConvertible {
        let name: String
        let algorithm: SignatureAlgorithm
        let count: Int
        /// Cases whose key has the exponent 3.
        let refusedKeys: Int
        var testDescription: String { name }
    }

    /// "acceptable" (a DigestInfo without its NULL) is refused.
    @Test(
        .enabled(if: Vectors.present, "Wycheproof RSA PKCS #1 v1.5 and PSS: no vectors found"),
        arguments: [
            File(name: "rsa_signature_2048_sha256", algorithm: .rs256, count: 259, refusedKeys: 2),
            File(name: "rsa_pss_2048_sha256_mgf1_32", algorithm: .ps256, count: 108, refusedKeys: 0),
        ]
    )
    func `Wycheproof's RSA signatures are judged as it judges them`(file: File) throws {
        var (count, refused) = (0, 0)
        for group: Group in try Vectors.wycheproof(file.name) {
            count += group.tests.count
            guard let key = try? PublicKey(spkiPEM: group.publicKeyPem) else {
                refused += group.tests.count
                continue
            }
            for test in group.tests {
                let valid = key.verifies(test.sig.bytes, of: test.msg.bytes, using: file.algorithm)
                #expect(valid == (test.result == "valid"), "case \(test.tcId)")
                #expect(CryptographyError.isQueueEmpty, "case \(test.tcId)")
            }
        }
        print("\(file.name): \(count) cases, \(refused) of them under refused keys")
        #expect(count == file.count)
        #expect(refused == file.refusedKeys)
    }

    @Test(arguments: [SignatureAlgorithm.rs256, .rs384, .rs512, .ps256, .ps384, .ps512])
    func `a signature of one RSA algorithm is none of another`(algorithm: SignatureAlgorithm) throws {
        let key = Samples.rsa
        let signature = try key.sign([1, 2, 3], using: algorithm)
        for other in SignatureAlgorithm.allCases {
            #expect(key.publicKey.verifies(signature, of: [1, 2, 3], using: other) == (other == algorithm))
        }
        #expect(!key.publicKey.verifies([0] + signature, of: [1, 2, 3], using: algorithm))
        #expect(!key.publicKey.verifies(signature, of: [1, 2, 4], using: algorithm))
        #expect(CryptographyError.isQueueEmpty)
    }

    private static func modulus(bytes: Int, first: UInt8 = 0xC1, last: UInt8 = 0x01) -> [UInt8] {
        [first] + [UInt8](repeating: 0x5A, count: bytes - 2) + [last]
    }

    struct Numbers: Sendable {
        let name: String
        let modulus: [UInt8]
        let exponent: [UInt8]
        let taken: Bool
    }

    @Test(arguments: [
        Numbers(name: "2048 bits", modulus: modulus(bytes: 256), exponent: [1, 0, 1], taken: true),
        Numbers(name: "4096 bits", modulus: modulus(bytes: 512), exponent: [1, 0, 1], taken: true),
        Numbers(name: "leading zero", modulus: [0] + modulus(bytes: 256), exponent: [0, 1, 0, 1], taken: true),
        Numbers(name: "32-bit exponent", modulus: modulus(bytes: 256), exponent: [255, 255, 255, 255], taken: true),
        Numbers(name: "1024 bits", modulus: modulus(bytes: 128), exponent: [1, 0, 1], taken: false),
        Numbers(name: "2047 bits", modulus: modulus(bytes: 256, first: 0x7F), exponent: [1, 0, 1], taken: false),
        Numbers(name: "4104 bits", modulus: modulus(bytes: 513), exponent: [1, 0, 1], taken: false),
        Numbers(name: "16384 bits", modulus: modulus(bytes: 2048), exponent: [1, 0, 1], taken: false),
        Numbers(name: "even modulus", modulus: modulus(bytes: 256, last: 2), exponent: [1, 0, 1], taken: false),
        Numbers(name: "exponent 1", modulus: modulus(bytes: 256), exponent: [1], taken: false),
        Numbers(name: "exponent 3", modulus: modulus(bytes: 256), exponent: [3], taken: false),
        Numbers(name: "even exponent", modulus: modulus(bytes: 256), exponent: [1, 0, 0], taken: false),
        Numbers(name: "no exponent", modulus: modulus(bytes: 256), exponent: [], taken: false),
        Numbers(name: "40-bit exponent", modulus: modulus(bytes: 256), exponent: [1, 0, 0, 0, 1], taken: false),
        Numbers(name: "no modulus", modulus: [], exponent: [1, 0, 1], taken: false),
        Numbers(name: "ROCA", modulus: powerOf65537, exponent: [1, 0, 1], taken: false),
    ])
    func `RSA keys outside the limits are refused`(numbers: Numbers) {
        let key = try? PublicKey(rsaModulus: numbers.modulus, exponent: numbers.exponent)
        #expect((key != nil) == numbers.taken, "\(numbers.name)")
        #expect(CryptographyError.isQueueEmpty)
    }

    /// 65537^127 has 2033 bits and 65537^128 has 2049: a power of 65537 modulo every prime by construction.
    private static let powerOf65537: [UInt8] = {
        var digits: [UInt8] = [1]
        for _ in 0..<128 {
            var sum = [UInt8](repeating: 0, count: digits.count + 2)
            var carry = 0
            for place in 0..<sum.count {
                let plain = place < digits.count ? Int(digits[place]) : 0
                let shifted = place >= 2 && place - 2 < digits.count ? Int(digits[place - 2]) : 0
                let total = plain + shifted + carry
                sum[place] = UInt8(total & 0xFF)
                carry = total >> 8
            }
            if carry > 0 { sum.append(UInt8(carry)) }
            digits = sum
        }
        return Array(digits.reversed().drop { $0 == 0 })
    }()

    @Test func `sound moduli do not look like ROCA`() throws {
        #expect(RSALimits.isROCA(RSATests.powerOf65537))
        for round in 1...200 {
            let modulus = Hash.digest([UInt8(round)]) + Hash.digest([UInt8(round), 1])
            #expect(!RSALimits.isROCA(modulus))
        }
    }
}

/// Keys that are slow to make.
enum Samples {
    static let rsa = try! PrivateKey.generate(.rsa(bits: 2048))
}
