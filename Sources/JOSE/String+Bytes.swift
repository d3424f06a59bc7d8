extension String {
    /// Whether both texts have the same UTF-8 bytes. `==` compares characters: it takes the Kelvin sign U+212A for the
    /// letter K, and two spellings of é for one, which no identifier, address or secret may do.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { left.elementsEqual($0) } }
    }

    /// This without the white space at both ends.
    package var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }

    /// Whether all characters are ASCII, so that `==` with an ASCII text compares bytes.
    var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
