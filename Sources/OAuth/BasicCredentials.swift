import Cryptography

/// The two halves of an HTTP Basic `Authorization` field as OAuth encodes them (RFC 7617 §2, RFC 6749 §2.3.1).
package struct BasicCredentials: Sendable {
    package let clientID: String
    package let secret: String

    /// nil when `field` is of another scheme or malformed.
    package init?(_ field: String) {
        let parts = field.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2, Substring(parts[0]).lowercased() == "basic",
            let bytes = Self.base64(Substring(parts[1]).drop { $0 == " " }),
            let text = String(validating: bytes, as: UTF8.self),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let id = FormDecoder.value(text[..<colon]), !id.isEmpty,
            let secret = FormDecoder.value(text[text.utf8.index(after: colon)...])
        else { return nil }
        clientID = id
        self.secret = secret
    }

    /// RFC 4648 §4, with or without its padding.
    private static func base64(_ text: Substring) -> [UInt8]? {
        let unpadded = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.utf8.dropFirst(unpadded.count)
        guard padding.count <= 2, padding.allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        return Base64URL.decode(
            unpadded.map { byte in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                case UInt8(ascii: "-"), UInt8(ascii: "_"): UInt8(ascii: "!")
                default: byte
                }
            }[...]
        )
    }
}
