import COpenSSL

/// The AES permutation on a single block (FIPS 197). It hides a counter inside an identifier; it is no way to encrypt
/// a message.
package enum AESBlock {
    /// The image of a block of 16 bytes under a key of 16 or 32 bytes.
    package static func encrypt(_ block: [UInt8], key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try permute(block, key: key, encrypting: true)
    }

    /// The block whose image `block` is.
    package static func decrypt(_ block: [UInt8], key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try permute(block, key: key, encrypting: false)
    }

    private static func permute(
        _ block: [UInt8],
        key: [UInt8],
        encrypting: Bool
    ) throws(CryptographyError) -> [UInt8] {
        guard block.count == 16, key.count == 16 || key.count == 32 else {
            throw CryptographyError(.invalidLength, "a block of 16 and a key of 16 or 32 bytes")
        }
        guard let context = EVP_CIPHER_CTX_new() else { throw .drained(.encryptionFailed, "no context") }
        defer { EVP_CIPHER_CTX_free(context) }
        let cipher = key.count == 16 ? Fetched.aes128Block.pointer : Fetched.aes256Block.pointer
        let image = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var written: Int32 = 0
            let done =
                EVP_CipherInit_ex2(context, cipher, key, nil, encrypting ? 1 : 0, nil) == 1
                && EVP_CIPHER_CTX_set_padding(context, 0) == 1
                && EVP_CipherUpdate(context, buffer.baseAddress, &written, block, 16) == 1
            count = done && written == 16 ? 16 : 0
        }
        guard image.count == 16 else { throw .drained(.encryptionFailed, "AES") }
        return image
    }
}
