import Cryptography

/// The two halves of an HTTP Basic `Authorization` field as OAuth encodes them (RFC 7617 §2, RFC 6749 §2.3.1).
package struct BasicCredentials: Sendable {
    package let clientID: String
    package let secret: String

    /// nil when `field` is of another scheme or malformed.
    package init?(_ field: String) {
        let words = Array(field.utf8).drop(while: Self.isSpace)
        let scheme = words.prefix { !Self.isSpace($0) }
        // The scheme's case does not matter (RFC 9110 §11.1): of all bytes only the two cases of a letter become that letter.
        guard scheme.elementsEqual("basic".utf8, by: { $0 | 0x20 == $1 }),
            let bytes = Self.base64(words[scheme.endIndex...].drop(while: Self.isSpace)),
            String(validating: bytes, as: UTF8.self) != nil,
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let id = FormDecoder.value(bytes[..<colon]), !id.isEmpty,
            let secret = FormDecoder.value(bytes[(colon + 1)...])
        else { return nil }
        clientID = id
        self.secret = secret
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") }

    /// RFC 4648 §4, with or without its padding.
    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let unpadded = text.prefix { $0 != UInt8(ascii: "=") }
        let padding = text[unpadded.endIndex...]
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
