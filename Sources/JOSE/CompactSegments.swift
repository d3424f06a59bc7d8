/// A compact token (RFC 7515 §7.1, RFC 7516 §7.1) at its full stops: base64url texts, of which nothing is decoded yet.
struct CompactSegments {
    /// The token as it was sent.
    let bytes: [UInt8]
    /// At most six, so that one of thousands costs no more than one too many.
    let texts: [ArraySlice<UInt8>]

    /// `limit` is in bytes, `name` what the token is in an error. Throws `tooLarge`.
    init(_ compact: String, _ name: String, limit: Int) throws(JOSEError) {
        guard compact.utf8.count <= limit else {
            throw JOSEError(.tooLarge, "\(name) length", expected: "at most \(limit) bytes", seen: "more")
        }
        bytes = Array(compact.utf8)
        texts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 5, omittingEmptySubsequences: false)
    }
}
