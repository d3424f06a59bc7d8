import COpenSSL

/// The derivations of imported records. Nothing new is written with them.
enum KeyDerivation {
    /// scrypt (RFC 7914 §6); `n` is the cost, `r` the block size, `p` the parallelism. At most 64 MiB of memory.
    static func scrypt(
        _ password: [UInt8],
        salt: [UInt8],
        cost: (n: UInt64, r: UInt64, p: UInt64),
        size: Int
    ) throws(CryptographyError) -> [UInt8] {
        try derived(size, "scrypt") { target in
            password.withCharacters {
                EVP_PBE_scrypt(
                    $0,
                    password.count,
                    salt,
                    salt.count,
                    cost.n,
                    cost.r,
                    cost.p,
                    64 << 20,
                    target,
                    size
                )
            }
        }
    }

    /// PBKDF2 with HMAC-SHA-512 (RFC 8018 §5.2).
    static func pbkdf2SHA512(
        _ password: [UInt8],
        salt: [UInt8],
        iterations: Int,
        size: Int
    ) throws(CryptographyError) -> [UInt8] {
        try derived(size, "PBKDF2") { target in
            password.withCharacters {
                PKCS5_PBKDF2_HMAC(
                    $0,
                    Int32(password.count),
                    salt,
                    Int32(salt.count),
                    Int32(iterations),
                    HashAlgorithm.sha512.implementation,
                    Int32(size),
                    target
                )
            }
        }
    }

    private static func derived(
        _ size: Int,
        _ name: String,
        _ body: (UnsafeMutablePointer<UInt8>) -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = body(buffer.baseAddress!) == 1 ? size : 0
        }
        guard bytes.count == size else { throw .drained(.generationFailed, name) }
        return bytes
    }
}
