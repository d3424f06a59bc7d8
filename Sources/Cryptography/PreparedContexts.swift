import COpenSSL
import Synchronization

/// A key inside OpenSSL, freed with its last reference.
///
/// Unchecked: the key is never changed once it is made, its reference count is atomic, and OpenSSL guards the caches
/// that it fills while using one.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }
}

/// Contexts of one key that are ready to sign or to verify; one caller has a context at a time.
///
/// Setting a context up costs some microseconds (algorithm look-up, key export to the provider), an RSA verification 14.
final class PreparedContexts: Sendable {
    enum Purpose: Sendable { case signing, verifying }

    /// Unchecked: whoever has taken the entry out of the list is its only user.
    private struct Entry: @unchecked Sendable {
        let algorithm: SignatureAlgorithm
        let context: OpaquePointer
    }

    private static let kept = 8
    private let key: KeyHandle
    private let purpose: Purpose
    private let idle = Mutex<[Entry]>([])

    init(_ key: KeyHandle, for purpose: Purpose) {
        self.key = key
        self.purpose = purpose
    }

    deinit {
        for entry in idle.withLock({ $0 }) { EVP_PKEY_CTX_free(entry.context) }
    }

    /// Calls `body` with a context over a digest; nil where OpenSSL will not prepare one.
    func withContext<Result>(_ algorithm: SignatureAlgorithm, _ body: (OpaquePointer) -> Result) -> Result? {
        guard let entry = taken(algorithm) ?? prepared(algorithm) else { return nil }
        defer {
            let stored = idle.withLock { list in
                guard list.count < PreparedContexts.kept else { return false }
                list.append(entry)
                return true
            }
            if !stored { EVP_PKEY_CTX_free(entry.context) }
        }
        return body(entry.context)
    }

    private func taken(_ algorithm: SignatureAlgorithm) -> Entry? {
        idle.withLock { list in
            guard let index = list.lastIndex(where: { $0.algorithm == algorithm }) else { return nil }
            return list.remove(at: index)
        }
    }

    private func prepared(_ algorithm: SignatureAlgorithm) -> Entry? {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else { return nil }
        let started = purpose == .signing ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)
        guard started == 1, configure(context, for: algorithm) else {
            EVP_PKEY_CTX_free(context)
            return nil
        }
        return Entry(algorithm: algorithm, context: context)
    }

    /// RFC 7518 §3.3 and §3.5: PKCS #1 v1.5, or PSS with MGF1 over the same digest and a salt of the digest's length.
    private func configure(_ context: OpaquePointer, for algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .es256, .es384, .es512, .es256k, .edDSA:
            return true
        case .rs256, .rs384, .rs512:
            return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(context, algorithm.hash.implementation) == 1
        case .ps256, .ps384, .ps512:
            return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(context, algorithm.hash.implementation) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, algorithm.hash.implementation) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
        }
    }
}
