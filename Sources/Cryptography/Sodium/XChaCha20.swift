import CSodium

/// The XChaCha20 stream cipher (draft-irtf-cfrg-xchacha §2.3). It authenticates nothing: whoever uses it adds a MAC.
package enum XChaCha20 {
    /// `message` combined with the key stream from block 0 on; the same call undoes it. The key is 32 bytes, the nonce
    /// 24 and never used twice under one key; other lengths throw `invalidLength`.
    package static func xor(
        _ message: [UInt8],
        key: [UInt8],
        nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard key.count == 32, nonce.count == 24 else {
            throw CryptographyError(.invalidLength, "a key of 32 and a nonce of 24 bytes")
        }
        guard !message.isEmpty else { return [] }
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: message.count) { buffer, count in
            let length = UInt64(message.count)
            let status = crypto_stream_xchacha20_xor(buffer.baseAddress!, message, length, nonce, key)
            precondition(status == 0, "a stream cipher over a message in memory cannot fail")
            count = message.count
        }
    }
}
