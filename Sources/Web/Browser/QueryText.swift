/// A value of a query, percent-encoded as UTF-8 (RFC 3986 §2.1): all but letters, digits, `-`, `_` and `/`.
enum QueryText {
    static func encode(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            if ReturnPath.pathCharacters.contains(byte) {
                output.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                output += "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
        }
        return output
    }
}
