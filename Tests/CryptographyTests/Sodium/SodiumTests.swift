import Testing

@testable import Cryptography

struct SodiumTests {
    /// The first block of the text there.
    @Test func `draft-irtf-cfrg-xchacha-03 §A.3.2.1`() throws {
        let key = [UInt8](0x80...0x9F)
        let nonce = [UInt8](0x40...0x56) + [0x58]
        let text = Array("The dhole (pronounced \"dole\") is also known as the Asiatic wild ".utf8)
        let made = try XChaCha20.xor(text, key: key, nonce: nonce)
        #expect(
            Hexadecimal.encode(made)
                == "4559abba4e48c16102e8bb2c05e6947f50a786de162f9b0b7e592a9b53d0d4e9"
                + "8d8d6410d540a1a6375b26d80dace4fab52384c731acbf16a5923c0c48d3575d"
        )
        #expect(try XChaCha20.xor(made, key: key, nonce: nonce) == text)
        #expect(try XChaCha20.xor(made, key: key, nonce: nonce.reversed()) != text)
        #expect(try XChaCha20.xor([], key: key, nonce: nonce) == [])
    }

    /// RFC 7693 appendix A, and answers of Python's hashlib with keys and other sizes.
    @Test(arguments: [
        (
            Array("abc".utf8), [], 64,
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        ),
        ([], [UInt8](0..<64), 32, "2fa9fbd9be36437de204e139e97d402bce68c828f43391608c891b5faed8a98a"),
        (
            [UInt8](0..<200), [UInt8](0..<32), 56,
            "ea795c0295b9509b169442bc4179879ae941ac780aad935228644d13f387b8e3e001c225c49f645b55191526971995c413770b66"
                + "bfc9a0a3"
        ),
    ])
    func `BLAKE2b answers`(message: [UInt8], key: [UInt8], size: Int, digest: String) throws {
        #expect(Hexadecimal.encode(try BLAKE2b.digest(message, key: key, size: size)) == digest)
        #expect(Hexadecimal.encode(try BLAKE2b.digest(message + [0], key: key, size: size)) != digest)
    }

    @Test func `wrong lengths are refused`() {
        let (key, nonce) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 24))
        #expect(throws: CryptographyError.self) { try XChaCha20.xor([1], key: Array(key.dropLast()), nonce: nonce) }
        #expect(throws: CryptographyError.self) { try XChaCha20.xor([1], key: key, nonce: nonce + [0]) }
        #expect(throws: CryptographyError.self) { try XChaCha20.xor([], key: key, nonce: []) }
        #expect(throws: CryptographyError.self) { try BLAKE2b.digest([1], size: 0) }
        #expect(throws: CryptographyError.self) { try BLAKE2b.digest([1], size: 65) }
        #expect(throws: CryptographyError.self) { try BLAKE2b.digest([1], key: key + key + [1], size: 32) }
    }

    @Test func `wiping leaves zeros`() {
        var secret: [UInt8] = [1, 2, 3]
        wipe(&secret)
        #expect(secret == [0, 0, 0])
        var empty: [UInt8] = []
        wipe(&empty)
        #expect(empty == [])
    }
}
