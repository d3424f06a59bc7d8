import Testing

@testable import Cryptography

struct AESTests {
    private struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag: HexBytes
            let result: String
        }
        let ivSize: Int
        let keySize: Int
        let tests: [Case]
    }

    /// Of the file, the groups with 256-bit keys and 96-bit nonces.
    @Test(.enabled(if: Vectors.present, "Wycheproof AES-GCM: no vectors found"))
    func `Wycheproof's AES-256-GCM ciphertexts are judged as it judges them`() throws {
        var count = 0
        let groups: [Group] = try Vectors.wycheproof("aes_gcm")
        for group in groups where group.keySize == 256 && group.ivSize == 96 {
            for test in group.tests {
                let (key, nonce, data) = (test.key.bytes, test.iv.bytes, test.aad.bytes)
                let sealed = test.ct.bytes + test.tag.bytes
                let opened = try? AESGCM.open(sealed, key: key, nonce: nonce, additionalData: data)
                #expect(opened == (test.result == "valid" ? test.msg.bytes : nil), "case \(test.tcId)")
                #expect(CryptographyError.isQueueEmpty, "case \(test.tcId)")
                if test.result == "valid" {
                    let made = try AESGCM.seal(test.msg.bytes, key: key, nonce: nonce, additionalData: data)
                    #expect(made == sealed, "case \(test.tcId)")
                }
                count += 1
            }
        }
        print("aes_gcm, 256-bit keys and 96-bit nonces: \(count) cases")
        #expect(count == 66)
    }

    @Test func `sealing is undone by nothing but the same key, nonce and data`() throws {
        let (key, nonce) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 12))
        for length in [0, 1, 15, 16, 17, 1000] {
            let plaintext = [UInt8](repeating: 7, count: length)
            var sealed = try AESGCM.seal(plaintext, key: key, nonce: nonce, additionalData: [9])
            #expect(sealed.count == length + 16)
            #expect(try AESGCM.open(sealed, key: key, nonce: nonce, additionalData: [9]) == plaintext)
            #expect(throws: CryptographyError.self) {
                try AESGCM.open(sealed, key: key, nonce: nonce, additionalData: [])
            }
            sealed[sealed.count / 2] ^= 0x80
            #expect(throws: CryptographyError.self) {
                try AESGCM.open(sealed, key: key, nonce: nonce, additionalData: [9])
            }
        }
        #expect(CryptographyError.isQueueEmpty)
    }

    @Test func `wrong lengths are refused`() {
        let (key, nonce) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 12))
        #expect(throws: CryptographyError.self) { try AESGCM.seal([], key: Array(key.dropLast()), nonce: nonce) }
        #expect(throws: CryptographyError.self) { try AESGCM.seal([], key: key, nonce: nonce + [0]) }
        #expect(throws: CryptographyError.self) {
            try AESGCM.open([UInt8](repeating: 0, count: 15), key: key, nonce: nonce)
        }
        #expect(throws: CryptographyError.self) { try AESBlock.encrypt([1], key: key) }
        #expect(throws: CryptographyError.self) { try AESBlock.decrypt(key, key: key) }
        #expect(throws: CryptographyError.self) { try AESBlock.encrypt(Array(key[..<16]), key: nonce) }
    }

    @Test(arguments: [
        ("000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"),
        ("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089"),
    ])
    func `FIPS 197 appendix C, one block`(key: String, image: String) throws {
        let key = try #require(Hexadecimal.decode(key))
        let block = try #require(Hexadecimal.decode("00112233445566778899aabbccddeeff"))
        let encrypted = try AESBlock.encrypt(block, key: key)
        #expect(Hexadecimal.encode(encrypted) == image)
        #expect(try AESBlock.decrypt(encrypted, key: key) == block)
    }
}
