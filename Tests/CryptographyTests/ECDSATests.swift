import Testing

@testable import Cryptography

struct ECDSATests {
    private struct Group: Decodable {
        struct Key: Decodable { let uncompressed: HexBytes }
        let publicKey: Key
        let tests: [SignatureCase]
    }

    struct File: Sendable, CustomTestStringConvertible {
        let name: String
        let curve: Curve
        let algorithm: SignatureAlgorithm
        let count: Int
        var testDescription: String { name }
    }

    @Test(
        .enabled(if: Vectors.present, "Wycheproof ECDSA in P1363 form: no vectors found"),
        arguments: [
            File(name: "ecdsa_secp256r1_sha256_p1363", curve: .p256, algorithm: .es256, count: 262),
            File(name: "ecdsa_secp384r1_sha384_p1363", curve: .p384, algorithm: .es384, count: 280),
            File(name: "ecdsa_secp521r1_sha512_p1363", curve: .p521, algorithm: .es512, count: 318),
            File(name: "ecdsa_secp256k1_sha256_p1363", curve: .secp256k1, algorithm: .es256k, count: 252),
        ]
    )
    func `Wycheproof's ECDSA signatures are judged as it judges them`(file: File) throws {
        var count = 0
        for group: Group in try Vectors.wycheproof(file.name) {
            let key = try PublicKey(sec1: group.publicKey.uncompressed.bytes, curve: file.curve)
            for test in group.tests {
                let valid = key.verifies(test.sig.bytes, of: test.msg.bytes, using: file.algorithm)
                #expect(valid == (test.result == "valid"), "case \(test.tcId)")
                #expect(CryptographyError.isQueueEmpty, "case \(test.tcId)")
                count += 1
            }
        }
        print("\(file.name): \(count) cases")
        #expect(count == file.count)
    }

    @Test(arguments: Curve.allCases)
    func `a signature holds for its message, key and algorithm alone`(curve: Curve) throws {
        let algorithms: [Curve: SignatureAlgorithm] = [
            .p256: .es256, .p384: .es384, .p521: .es512, .secp256k1: .es256k,
        ]
        let algorithm = try #require(algorithms[curve])
        let key = try PrivateKey.generate(.ec(curve))
        let other = try PrivateKey.generate(.ec(curve))
        // Many of them, because a short r or s is rare.
        for round in 0..<40 {
            let message = [UInt8](repeating: UInt8(round), count: round)
            var signature = try key.sign(message, using: algorithm)
            #expect(signature.count == curve.coordinateSize * 2)
            #expect(key.publicKey.verifies(signature, of: message, using: algorithm))
            #expect(!key.publicKey.verifies(signature, of: message + [0], using: algorithm))
            #expect(!other.publicKey.verifies(signature, of: message, using: algorithm))
            #expect(!key.publicKey.verifies(signature, of: message, using: .rs256))
            #expect(!key.publicKey.verifies(Array(signature.dropLast()), of: message, using: algorithm))
            #expect(!key.publicKey.verifies([0] + signature, of: message, using: algorithm))
            signature[round] ^= 1
            #expect(!key.publicKey.verifies(signature, of: message, using: algorithm))
        }
        #expect(CryptographyError.isQueueEmpty)
    }

    @Test func `integers of every length survive the change of form`() throws {
        let halves: [[UInt8]] = [
            [0], [1], [0x7F], [0x80], [0xFF], [1, 0], [0x80, 0], [UInt8](repeating: 0xFF, count: 66),
            [0x7F] + [UInt8](repeating: 0xFF, count: 65),
        ]
        for r in halves {
            for s in halves {
                let raw = [r, s].flatMap { [UInt8](repeating: 0, count: 66 - $0.count) + $0 }
                let der = [UInt8](unsafeUninitializedCapacity: ECDSASignature.maximumDERSize) { buffer, count in
                    count = raw.withUnsafeBufferPointer {
                        ECDSASignature.writeDER($0, size: 66, to: buffer.baseAddress!)
                    }
                }
                #expect(der.withUnsafeBufferPointer { ECDSASignature.raw(fromDER: $0, size: 66) } == raw)
            }
        }
    }

    @Test func `a key serves many threads at once`() async throws {
        let key = try PrivateKey.generate(.ec(.p256))
        let sound = try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for round in 0..<50 {
                        let message: [UInt8] = [UInt8(task), UInt8(round)]
                        let signature = try key.sign(message, using: .es256)
                        guard key.publicKey.verifies(signature, of: message, using: .es256) else { return false }
                        guard !key.publicKey.verifies(signature, of: [0xFF], using: .es256) else { return false }
                    }
                    return true
                }
            }
            return try await group.allSatisfy { $0 }
        }
        #expect(sound)
    }
}
