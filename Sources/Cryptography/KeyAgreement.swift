import COpenSSL

extension PrivateKey {
    /// The secret that this key and `other` share (ECDH, SEC 1 §3.3.1): the x coordinate at its full length. Both are on one
    /// elliptic curve, else `unsuitableAlgorithm`.
    package func sharedSecret(with other: PublicKey) throws(CryptographyError) -> [UInt8] {
        guard case .ec(let curve) = kind, other.kind == kind else {
            throw CryptographyError(.unsuitableAlgorithm, "key agreement takes two keys of one elliptic curve")
        }
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil) else {
            throw .drained(.decryptionFailed, "ECDH")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var length = curve.coordinateSize
        let secret = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            let done =
                EVP_PKEY_derive_init(context) == 1
                && EVP_PKEY_derive_set_peer_ex(context, other.handle.pointer, 1) == 1
                && EVP_PKEY_derive(context, buffer.baseAddress, &length) == 1
            count = done ? length : 0
        }
        guard secret.count == curve.coordinateSize else { throw .drained(.decryptionFailed, "ECDH") }
        return secret
    }
}
