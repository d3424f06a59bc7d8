import COpenSSL

/// Authenticated encryption by AES-128-CBC and then HMAC-SHA-256 (RFC 7518 §5.2.3).
package enum AES128CBCHS256 {
    private static let tagSize = 16
    private static let blockSize = 16

    /// Ciphertext and tag of `plaintext`. The key is 32 bytes, half for the code and half for the cipher; the vector is 16 random
    /// bytes.
    package static func seal(
        _ plaintext: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        additionalData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try check(key: key, vector: vector)
        let ciphertext = try run(plaintext, key: Array(key[16...]), vector: vector, encrypting: true)
        return ciphertext + tag(of: ciphertext, key: key, vector: vector, additionalData: additionalData)
    }

    /// The plaintext of `sealed` (ciphertext, then tag). The tag is checked before anything is decrypted; throws
    /// `decryptionFailed`.
    package static func open(
        _ sealed: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        additionalData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try check(key: key, vector: vector)
        let ciphertext = Array(sealed.dropLast(tagSize))
        guard !ciphertext.isEmpty, ciphertext.count.isMultiple(of: blockSize) else {
            throw CryptographyError(.decryptionFailed, "no whole number of blocks")
        }
        let expected = tag(of: ciphertext, key: key, vector: vector, additionalData: additionalData)
        guard constantTimeEqual(Array(sealed.suffix(tagSize)), expected) else {
            throw CryptographyError(.decryptionFailed, "the tag differs")
        }
        return try run(ciphertext, key: Array(key[16...]), vector: vector, encrypting: false)
    }

    private static func check(key: [UInt8], vector: [UInt8]) throws(CryptographyError) {
        guard key.count == 32, vector.count == blockSize else {
            throw CryptographyError(.invalidLength, "a key of 32 and a vector of 16 bytes")
        }
    }

    private static func tag(
        of ciphertext: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        additionalData: [UInt8]
    ) -> [UInt8] {
        let length = UInt64(additionalData.count) * 8
        let lengthBytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
        let message = additionalData + vector + ciphertext + lengthBytes
        return Array(HMAC.code(message, key: Array(key[..<16])).prefix(tagSize))
    }

    private static func run(
        _ input: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        encrypting: Bool
    ) throws(CryptographyError) -> [UInt8] {
        let code: CryptographyError.Code = encrypting ? .encryptionFailed : .decryptionFailed
        guard let context = EVP_CIPHER_CTX_new() else { throw .drained(code, "no context") }
        defer { EVP_CIPHER_CTX_free(context) }
        guard EVP_CipherInit_ex2(context, Fetched.aes128CBC.pointer, key, vector, encrypting ? 1 : 0, nil) == 1 else {
            throw .drained(code, "AES-128-CBC")
        }
        var done = false
        let output = [UInt8](unsafeUninitializedCapacity: input.count + blockSize) { buffer, count in
            var (body, end): (Int32, Int32) = (0, 0)
            done =
                EVP_CipherUpdate(context, buffer.baseAddress, &body, input, Int32(input.count)) == 1
                && EVP_CipherFinal_ex(context, buffer.baseAddress! + Int(body), &end) == 1
            if !done { OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
            count = done ? Int(body + end) : 0
        }
        guard done else { throw .drained(code, "AES-128-CBC") }
        return output
    }
}
