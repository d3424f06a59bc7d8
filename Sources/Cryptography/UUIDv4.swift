/// A random UUID (RFC 9562 §5.4).
package struct UUIDv4: Sendable, Hashable, CustomStringConvertible {
    /// The 36 characters in lowercase.
    package let string: String

    /// A UUID of 16 random bytes, of which 122 bits are kept.
    package init(random: [UInt8]) {
        precondition(random.count == 16, "a UUID takes 16 random bytes")
        var bytes = random
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = Array(Hexadecimal.encode(bytes).utf8)
        let groups = [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]]
        string = String(decoding: Array(groups.joined(separator: [UInt8(ascii: "-")])), as: UTF8.self)
    }

    /// A UUID of 16 bytes drawn from `random`.
    package init(random: some RandomSource) {
        self.init(random: random.bytes(16))
    }

    /// Reads the canonical text: 36 characters, lowercase, version 4, variant `8` to `b`; anything else gives nil.
    package init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        for (index, character) in characters.enumerated() {
            switch index {
            case 8, 13, 18, 23:
                guard character == UInt8(ascii: "-") else { return nil }
            case 14:
                guard character == UInt8(ascii: "4") else { return nil }
            case 19:
                guard "89ab".utf8.contains(character) else { return nil }
            default:
                guard "0123456789abcdef".utf8.contains(character) else { return nil }
            }
        }
        string = text
    }

    package var description: String { string }
}
