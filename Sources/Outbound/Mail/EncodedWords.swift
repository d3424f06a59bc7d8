/// Unicode text in a header, as ASCII (RFC 2047).
enum EncodedWords {
    /// 75 characters a word, less `=?utf-8?B?` and `?=`, leaves 60 of base64: 45 bytes.
    private static let bytesPerWord = 45

    /// Text for an unstructured header, unchanged where it is short ASCII that cannot be taken for an encoded word.
    /// - Parameter column: the characters that stand before it on its line.
    static func text(_ text: String, after column: Int) -> String {
        let isShort = column + text.utf8.count <= 78
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
        let isTrimmed = text.first != " " && text.last != " "
        return isShort && isPlain && isTrimmed ? text : words(of: text)
    }

    /// Text for a display name: only letters, digits and spaces stand unencoded.
    static func phrase(_ text: String, after column: Int) -> String {
        let isAtoms = text.utf8.allSatisfy { isASCIIAlphanumeric($0) || $0 == 0x20 }
        return isAtoms ? Self.text(text, after: column) : words(of: text)
    }

    /// Words break between scalars, so that each can be decoded by itself (RFC 2047 §5).
    private static func words(of text: String) -> String {
        var pieces: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(UTF8.encode(scalar)!)
            if pieces[pieces.count - 1].count + bytes.count > bytesPerWord { pieces.append([]) }
            pieces[pieces.count - 1] += bytes
        }
        return pieces.map { "=?utf-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
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
