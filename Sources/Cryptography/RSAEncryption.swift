import COpenSSL

extension PublicKey {
    /// `message` (at most 190 bytes under a modulus of 2048 bits) for the owner of this RSA key: RSAES-OAEP with SHA-256
    /// (RFC 8017 §7.1, RFC 7518 §4.3).
    package func encryptedOAEP(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard case .rsa = kind else { throw CryptographyError(.unsuitableAlgorithm, "RSA-OAEP takes an RSA key") }
        return try OAEP.run(message, handle, .encryptionFailed, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt)
    }
}

extension PrivateKey {
    /// The message of `ciphertext`; throws `decryptionFailed`, for whatever reason in the same way.
    package func decryptedOAEP(_ ciphertext: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard case .rsa = kind else { throw CryptographyError(.unsuitableAlgorithm, "RSA-OAEP takes an RSA key") }
        return try OAEP.run(ciphertext, handle, .decryptionFailed, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt)
    }
}

private enum OAEP {
    static func run(
        _ input: [UInt8],
        _ key: KeyHandle,
        _ code: CryptographyError.Code,
        _ begin: (OpaquePointer?) -> Int32,
        _ transform: (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int
        )
            -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else { throw .drained(code, "RSA") }
        defer { EVP_PKEY_CTX_free(context) }
        let size = Int(EVP_PKEY_get_size(key.pointer))
        var done = false
        let output = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var length = size
            done =
                begin(context) == 1
                && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_oaep_md_name(context, "SHA256", nil) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, "SHA256", nil) == 1
                && transform(context, buffer.baseAddress, &length, input, input.count) == 1
            if !done { OPENSSL_cleanse(buffer.baseAddress, size) }
            count = done ? length : 0
        }
        guard done else { throw .drained(code, "RSA-OAEP") }
        return output
    }
}
