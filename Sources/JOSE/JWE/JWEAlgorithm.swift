package import Cryptography

/// How the key of an encrypted token gets to its reader (RFC 7518 §4.1). RSA1_5, shared secrets and passwords are no members.
package enum JWEAlgorithm: String, Sendable, Hashable, CaseIterable {
    case rsaOAEP256 = "RSA-OAEP-256"
    /// Direct agreement: the agreed key encrypts the content.
    case ecdhES = "ECDH-ES"

    /// Whether a key of this kind reads tokens of this algorithm.
    package func suits(_ kind: KeyKind) -> Bool {
        switch (self, kind) {
        case (.rsaOAEP256, .rsa): true
        case (.ecdhES, .ec(let curve)): curve != .secp256k1
        default: false
        }
    }
}

/// How the content of a token is encrypted (RFC 7518 §5.1).
package enum ContentEncryption: String, Sendable, Hashable, CaseIterable {
    case a128GCM = "A128GCM"
    case a256GCM = "A256GCM"
    case a128CBCHS256 = "A128CBC-HS256"

    /// In bytes.
    var keySize: Int { self == .a128GCM ? 16 : 32 }
    /// In bytes.
    var vectorSize: Int { self == .a128CBCHS256 ? 16 : 12 }
    /// In bytes.
    static let tagSize = 16

    /// Ciphertext, then tag.
    func seal(
        _ plaintext: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        additionalData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        switch self {
        case .a128GCM, .a256GCM:
            try AESGCM.seal(plaintext, key: key, nonce: vector, additionalData: additionalData)
        case .a128CBCHS256:
            try AES128CBCHS256.seal(plaintext, key: key, vector: vector, additionalData: additionalData)
        }
    }

    /// The plaintext; throws when key, vector, data, ciphertext or tag differ, or a length is wrong.
    func unseal(
        _ sealed: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        additionalData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard key.count == keySize, vector.count == vectorSize else {
            throw CryptographyError(.invalidLength, "key or vector of \(rawValue)")
        }
        return switch self {
        case .a128GCM, .a256GCM:
            try AESGCM.open(sealed, key: key, nonce: vector, additionalData: additionalData)
        case .a128CBCHS256:
            try AES128CBCHS256.open(sealed, key: key, vector: vector, additionalData: additionalData)
        }
    }
}
