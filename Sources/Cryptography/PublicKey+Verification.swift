import COpenSSL

extension PublicKey {
    /// Whether `signature` is one of `message` under this key. False for an algorithm that does not suit the key and
    /// for any other length than the algorithm's own. ECDSA signatures are `r || s` (RFC 7518 §3.4); a high s is
    /// valid, so a signature must never be used as an identifier.
    package func verifies(_ signature: [UInt8], of message: [UInt8], using algorithm: SignatureAlgorithm) -> Bool {
        guard algorithm.suits(kind) else { return false }
        let valid: Bool =
            switch kind {
            case .ec(let curve): verifiesECDSA(signature, message, algorithm, size: curve.coordinateSize)
            case .rsa(let bits): signature.count == (bits + 7) / 8 && verifiesRSA(signature, message, algorithm)
            case .ed25519: signature.count == 64 && verifiesEdDSA(signature, message)
            }
        if !valid { ERR_clear_error() }
        return valid
    }

    private func verifiesECDSA(
        _ signature: [UInt8],
        _ message: [UInt8],
        _ algorithm: SignatureAlgorithm,
        size: Int
    ) -> Bool {
        guard signature.count == size * 2 else { return false }
        let capacity = ECDSASignature.maximumDERSize
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { der in
            let length = signature.withUnsafeBufferPointer {
                ECDSASignature.writeDER($0, size: size, to: der.baseAddress!)
            }
            return verifiesDigest(of: message, algorithm, UnsafeBufferPointer(rebasing: der[..<length]))
        }
    }

    private func verifiesRSA(_ signature: [UInt8], _ message: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        signature.withUnsafeBufferPointer { verifiesDigest(of: message, algorithm, $0) }
    }

    private func verifiesDigest(
        of message: [UInt8],
        _ algorithm: SignatureAlgorithm,
        _ signature: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let size = algorithm.hash.digestSize
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { digest in
            message.withUnsafeBytes { Hash.digest($0, using: algorithm.hash, into: digest.baseAddress!) }
            let status = contexts.withContext(algorithm) {
                EVP_PKEY_verify($0, signature.baseAddress, signature.count, digest.baseAddress, size)
            }
            return status == 1
        }
    }

    private func verifiesEdDSA(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, handle.pointer, nil) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
