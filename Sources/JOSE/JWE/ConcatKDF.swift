import Cryptography

/// The key of ECDH-ES (RFC 7518 §4.6.2): one round of the Concat KDF with SHA-256 gives up to 32 bytes.
enum ConcatKDF {
    /// `size` in bytes, at most 32; `algorithm` is the name that the round is bound to.
    static func key(
        secret: [UInt8],
        algorithm: String,
        partyU: [UInt8],
        partyV: [UInt8],
        size: Int
    ) -> [UInt8] {
        precondition(size <= 32, "one round of SHA-256")
        let info = framed(Array(algorithm.utf8)) + framed(partyU) + framed(partyV) + number(size * 8)
        return Array(Hash.digest(number(1) + secret + info).prefix(size))
    }

    private static func framed(_ bytes: [UInt8]) -> [UInt8] { number(bytes.count) + bytes }

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
