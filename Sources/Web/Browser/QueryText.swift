/// Text of a query, percent-encoded (RFC 3986 §2.1).
enum QueryText {
    /// A value, as UTF-8: all but letters, digits, `-`, `_` and `/`.
    static func encode(_ text: String) -> String { encode(text.utf8, keeping: ReturnPath.pathCharacters) }

    /// A form's body as a query that says the same: only what may not stand in a URL is encoded, a line's end or a `#`.
    static func encode(body: [UInt8]) -> String { encode(body, keeping: ReturnPath.requestCharacters) }

    private static func encode(_ bytes: some Sequence<UInt8>, keeping kept: Set<UInt8>) -> String {
        var output = ""
        for byte in bytes {
            if kept.contains(byte) {
                output.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                output += "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
        }
        return output
    }
}
