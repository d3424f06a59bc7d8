/// The quoted-printable encoding of text (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let longestLine = 76

    /// One line without its line end, broken by soft line ends where it would be longer than 76 characters.
    static func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var encoded: [UInt8] = []
        var column = 0
        for (index, byte) in zip(bytes.indices, bytes) {
            let unit = unit(for: byte, isLast: index == bytes.endIndex - 1)
            if column + unit.count > longestLine - 1 {
                encoded += Array("=\r\n".utf8)
                column = 0
            }
            encoded += unit
            column += unit.count
        }
        return encoded
    }

    private static func unit(for byte: UInt8, isLast: Bool) -> [UInt8] {
        let isBlank = byte == 0x20 || byte == 0x09
        let isLiteral = (0x21..<0x7F).contains(byte) && byte != UInt8(ascii: "=")
        if isLiteral || (isBlank && !isLast) { return [byte] }
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
