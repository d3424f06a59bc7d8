import COpenSSL

/// Keyed message authentication (RFC 2104).
package enum HMAC {
    /// The code of `message` under `key` (any length), `digestSize` bytes long.
    package static func code(
        _ message: [UInt8],
        key: [UInt8],
        using algorithm: HashAlgorithm = .sha256
    ) -> [UInt8] {
        guard let context = EVP_MAC_CTX_dup(template(algorithm)) else { fatalError("out of memory") }
        defer { EVP_MAC_CTX_free(context) }
        // A null pointer would mean "keep the key there is", so an empty key still needs an address.
        let placed = key.isEmpty ? [0] : key
        return [UInt8](unsafeUninitializedCapacity: algorithm.digestSize) { buffer, count in
            let status =
                EVP_MAC_init(context, placed, key.count, nil) == 1
                && EVP_MAC_update(context, message, message.count) == 1
                && EVP_MAC_final(context, buffer.baseAddress, &count, buffer.count) == 1
            precondition(status && count == algorithm.digestSize, "a MAC of a message in memory cannot fail")
        }
    }

    /// Whether `code` is the whole code of `message`; takes the same time for every code of the right length.
    package static func verifies(
        _ code: [UInt8],
        message: [UInt8],
        key: [UInt8],
        using algorithm: HashAlgorithm = .sha256
    ) -> Bool {
        constantTimeEqual(code, self.code(message, key: key, using: algorithm))
    }

    private static func template(_ algorithm: HashAlgorithm) -> OpaquePointer {
        switch algorithm {
        case .sha256: Fetched.hmacSHA256.pointer
        case .sha384: Fetched.hmacSHA384.pointer
        case .sha512: Fetched.hmacSHA512.pointer
        }
    }
}

/// Whether two byte strings are equal, in a time that depends on their length alone; false if the lengths differ.
package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}
