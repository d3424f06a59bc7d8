/// The pre-authentication encoding of PASETO ("Common", PAE): pieces with their lengths, so that no two lists of pieces
/// have the same encoding.
enum PreAuthenticationEncoding {
    static func encode(_ pieces: [[UInt8]]) -> [UInt8] {
        var encoded = length(pieces.count)
        encoded.reserveCapacity(pieces.reduce(8) { $0 + 8 + $1.count })
        for piece in pieces {
            encoded += length(piece.count)
            encoded += piece
        }
        return encoded
    }

    /// Eight bytes, little-endian; the highest bit is clear because a count is never negative.
    private static func length(_ count: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    }
}
