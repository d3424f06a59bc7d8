import COpenSSL

extension PrivateKey {
    /// A signature of `message`; `r || s` for ECDSA (RFC 7518 §3.4). Throws `unsuitableAlgorithm` where the algorithm
    /// is not one of this kind of key.
    package func sign(_ message: [UInt8], using algorithm: SignatureAlgorithm) throws(CryptographyError) -> [UInt8] {
        guard algorithm.suits(kind) else {
            throw CryptographyError(.unsuitableAlgorithm, "\(algorithm.rawValue) with a key of another kind")
        }
        let signature: [UInt8]? =
            switch kind {
            case .ec(let curve): signECDSA(message, algorithm, size: curve.coordinateSize)
            case .rsa(let bits): signDigest(of: message, algorithm, capacity: (bits + 7) / 8)
            case .ed25519: signEdDSA(message)
            }
        guard let signature else { throw .drained(.signingFailed, algorithm.rawValue) }
        return signature
    }

    private func signECDSA(_ message: [UInt8], _ algorithm: SignatureAlgorithm, size: Int) -> [UInt8]? {
        signDigest(of: message, algorithm, capacity: ECDSASignature.maximumDERSize)?.withUnsafeBufferPointer {
            ECDSASignature.raw(fromDER: $0, size: size)
        }
    }

    private func signDigest(of message: [UInt8], _ algorithm: SignatureAlgorithm, capacity: Int) -> [UInt8]? {
        let size = algorithm.hash.digestSize
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { digest in
            message.withUnsafeBytes { Hash.digest($0, using: algorithm.hash, into: digest.baseAddress!) }
            let signature = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                var length = capacity
                let status = contexts.withContext(algorithm) {
                    EVP_PKEY_sign($0, buffer.baseAddress, &length, digest.baseAddress, size)
                }
                count = status == 1 ? length : 0
            }
            return signature.isEmpty ? nil : signature
        }
    }

    private func signEdDSA(_ message: [UInt8]) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit_ex(context, nil, nil, nil, nil, handle.pointer, nil) == 1 else { return nil }
        let signature = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            var length = 64
            let status = EVP_DigestSign(context, buffer.baseAddress, &length, message, message.count)
            count = status == 1 ? length : 0
        }
        return signature.isEmpty ? nil : signature
    }
}
