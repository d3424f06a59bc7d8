import COpenSSL

/// Authenticated encryption (NIST SP 800-38D) with 128- or 256-bit keys, 96-bit nonces and 128-bit tags.
package enum AESGCM {
    private static let tagSize = 16

    /// Ciphertext and tag of `plaintext`. The key is 16 or 32 bytes, the nonce 12 and never used twice under one key.
    package static func seal(
        _ plaintext: [UInt8],
        key: [UInt8],
        nonce: [UInt8],
        additionalData: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        let context = try context(key: key, nonce: nonce, encrypting: true)
        defer { EVP_CIPHER_CTX_free(context) }
        var written: Int32 = 0
        let sealed = [UInt8](unsafeUninitializedCapacity: plaintext.count + tagSize) { buffer, count in
            let tag = buffer.baseAddress! + plaintext.count
            let done =
                EVP_EncryptUpdate(context, nil, &written, additionalData, Int32(additionalData.count)) == 1
                && EVP_EncryptUpdate(context, buffer.baseAddress, &written, plaintext, Int32(plaintext.count)) == 1
                && EVP_EncryptFinal_ex(context, tag, &written) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), tag) == 1
            count = done ? buffer.count : 0
        }
        guard !sealed.isEmpty else { throw .drained(.encryptionFailed, "AES-GCM") }
        return sealed
    }

    /// The plaintext of `sealed` (ciphertext, then tag); throws `decryptionFailed` if any byte of it, of the key, the
    /// nonce or the additional data differs.
    package static func open(
        _ sealed: [UInt8],
        key: [UInt8],
        nonce: [UInt8],
        additionalData: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= tagSize else { throw CryptographyError(.decryptionFailed, "shorter than a tag") }
        let context = try context(key: key, nonce: nonce, encrypting: false)
        defer { EVP_CIPHER_CTX_free(context) }
        let length = sealed.count - tagSize
        var tag = Array(sealed[length...])
        var (written, done): (Int32, Bool) = (0, false)
        // One byte more than needed, so that an empty plaintext has an address as well: without one OpenSSL would
        // take the ciphertext for additional data.
        let plaintext = [UInt8](unsafeUninitializedCapacity: length + 1) { buffer, count in
            done =
                EVP_DecryptUpdate(context, nil, &written, additionalData, Int32(additionalData.count)) == 1
                && EVP_DecryptUpdate(context, buffer.baseAddress, &written, sealed, Int32(length)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag) == 1
                && EVP_DecryptFinal_ex(context, buffer.baseAddress! + length, &written) == 1
            if !done { OPENSSL_cleanse(buffer.baseAddress, length) }
            count = done ? length : 0
        }
        guard done else { throw .drained(.decryptionFailed, "AES-GCM") }
        return plaintext
    }

    private static func context(
        key: [UInt8],
        nonce: [UInt8],
        encrypting: Bool
    ) throws(CryptographyError) -> OpaquePointer {
        guard key.count == 16 || key.count == 32, nonce.count == 12 else {
            throw CryptographyError(.invalidLength, "a key of 16 or 32 and a nonce of 12 bytes")
        }
        guard let context = EVP_CIPHER_CTX_new() else { throw .drained(.encryptionFailed, "no context") }
        let cipher = key.count == 16 ? Fetched.aes128GCM.pointer : Fetched.aes256GCM.pointer
        guard EVP_CipherInit_ex2(context, cipher, key, nonce, encrypting ? 1 : 0, nil) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw .drained(.encryptionFailed, "AES-GCM")
        }
        return context
    }
}
