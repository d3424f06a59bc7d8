/// Unicode text in a header, as ASCII (RFC 2047).
enum EncodedWords {
    private static let longestLine = 76
    /// The length of `=?utf-8?B?` and `?=`.
    private static let frame = 12

    /// Text for an unstructured header, unchanged where it is short ASCII that cannot be taken for an encoded word.
    /// - Parameter column: the characters that stand before it on its line.
    static func text(_ text: String, after column: Int) -> String {
        let isShort = column + text.utf8.count <= 78
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
        let isTrimmed = text.first != " " && text.last != " "
        return isShort && isPlain && isTrimmed ? text : words(of: text, after: column)
    }

    /// Text for a display name: only letters, digits and spaces stand unencoded.
    static func phrase(_ text: String, after column: Int) -> String {
        let isAtoms = text.utf8.allSatisfy { isASCIIAlphanumeric($0) || $0 == 0x20 }
        return isAtoms ? Self.text(text, after: column) : words(of: text, after: column)
    }

    /// Words break between scalars, so that each can be decoded by itself, and each line holds one (RFC 2047 §5, §2).
    private static func words(of text: String, after column: Int) -> String {
        var pieces: [[UInt8]] = [[]]
        var room = bytesThatFit(after: column)
        for scalar in text.unicodeScalars {
            let bytes = Array(UTF8.encode(scalar)!)
            if pieces[pieces.count - 1].count + bytes.count > room {
                pieces.append([])
                room = bytesThatFit(after: 1)
            }
            pieces[pieces.count - 1] += bytes
        }
        return pieces.map { "=?utf-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    private static func bytesThatFit(after column: Int) -> Int {
        max(0, longestLine - column - frame) / 4 * 3
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padded = Array(group) + [UInt8](repeating: 0, count: 3 - group.count)
            let bits = padded.reduce(0) { $0 << 8 | Int($1) }
            let characters = [18, 12, 6, 0].map { alphabet[bits >> $0 & 63] }
            encoded += characters.prefix(group.count + 1)
            encoded += [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
