import Testing

@testable import Cryptography

struct Ed25519Tests {
    private struct Group: Decodable {
        struct Key: Decodable { let pk: HexBytes }
        let publicKey: Key
        let tests: [SignatureCase]
    }

    @Test(.enabled(if: Vectors.present, "Wycheproof Ed25519: no vectors found"))
    func `Wycheproof's Ed25519 signatures are judged as it judges them`() throws {
        var count = 0
        for group: Group in try Vectors.wycheproof("ed25519") {
            let key = try PublicKey(ed25519: group.publicKey.pk.bytes)
            for test in group.tests {
                let valid = key.verifies(test.sig.bytes, of: test.msg.bytes, using: .edDSA)
                #expect(valid == (test.result == "valid"), "case \(test.tcId)")
                #expect(CryptographyError.isQueueEmpty, "case \(test.tcId)")
                count += 1
            }
        }
        print("ed25519: \(count) cases")
        #expect(count == 151)
    }

    @Test func `points of small order are refused, with either sign`() throws {
        var points: [[UInt8]] = [
            [UInt8](repeating: 0, count: 32),
            [1] + [UInt8](repeating: 0, count: 31),
            [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
            [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
            [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        ]
        for text in [
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ] {
            points.append(try #require(Hexadecimal.decode(text)))
        }
        for var point in points {
            for sign: UInt8 in [0, 0x80] {
                point[31] = point[31] & 0x7F | sign
                #expect(throws: CryptographyError.self) { try PublicKey(ed25519: point) }
            }
        }
    }

    @Test func `RFC 8032 §7.1 test 2`() throws {
        let seed = try #require(Hexadecimal.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
        let point = try #require(Hexadecimal.decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
        let key = try PrivateKey(publicKey: PublicKey(ed25519: point), parameters: .ed25519(seed: seed))
        let signature = try key.sign([0x72], using: .edDSA)
        #expect(
            Hexadecimal.encode(signature)
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        #expect(key.publicKey.verifies(signature, of: [0x72], using: .edDSA))
        #expect(!key.publicKey.verifies(signature, of: [0x73], using: .edDSA))
        #expect(throws: CryptographyError.self) {
            let other = try PrivateKey.generate(.ed25519).publicKey
            _ = try PrivateKey(publicKey: other, parameters: .ed25519(seed: seed))
        }
    }
}
