import CSodium

/// The BLAKE2b hash (RFC 7693), plain or keyed.
package enum BLAKE2b {
    /// The digest of `message`, `size` bytes long (1 to 64). With a key (at most 64 bytes; an empty one is none) it is
    /// a message authentication code. Other lengths throw `invalidLength`.
    package static func digest(
        _ message: [UInt8],
        key: [UInt8] = [],
        size: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard 1...64 ~= size, key.count <= 64 else {
            throw CryptographyError(.invalidLength, "a key of at most 64 and a digest of 1 to 64 bytes")
        }
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let length = UInt64(message.count)
            let status = crypto_generichash(buffer.baseAddress!, size, message, length, key, key.count)
            precondition(status == 0, "the digest of a message in memory cannot fail")
            count = size
        }
    }
}
