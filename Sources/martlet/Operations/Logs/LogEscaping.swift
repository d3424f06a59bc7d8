/// Writes text that anyone may have chosen so that it can neither end a line, nor be obeyed by a terminal, nor reorder
/// what is read: controls (C0, DEL, C1), line and paragraph separators, and the invisible and bidirectional format
/// characters appear as escapes. Text over 1 KiB is cut at a character and ends in `…`.
enum LogEscaping {
    /// In bytes of UTF-8.
    static let longestText = 1_024

    /// The text, or so much of its beginning that it is still seen to be too long.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return String(decoding: text.utf8.prefix(longestText + 4), as: UTF8.self)
    }

    /// A message in a text line. Its backslashes are doubled, so that an escape cannot be forged.
    static func appendText(_ text: String, to bytes: inout [UInt8]) {
        append(text, to: &bytes, style: .text)
    }

    /// A key or value in a text line, in quotes unless it is one plain word.
    static func appendValue(_ text: String, to bytes: inout [UInt8]) {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && !"=\"\\".utf8.contains($0) }
        if isWord { return append(text, to: &bytes, style: .text) }
        bytes.append(UInt8(ascii: "\""))
        append(text, to: &bytes, style: .quotedText)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A JSON string, with its quotes.
    static func appendJSON(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        append(text, to: &bytes, style: .json)
        bytes.append(UInt8(ascii: "\""))
    }

    private enum Style {
        case text, quotedText, json
    }

    private static func append(_ text: String, to bytes: inout [UInt8], style: Style) {
        if text.utf8.count <= longestText, appendPlain(text, to: &bytes) { return }
        var length = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard length + width <= longestText else {
                bytes += "…".utf8
                return
            }
            length += width
            append(scalar, to: &bytes, style: style)
        }
    }

    /// The common case: printable ASCII without quotes and backslashes needs no look at single characters.
    private static func appendPlain(_ text: String, to bytes: inout [UInt8]) -> Bool {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        if isPlain { bytes += text.utf8 }
        return isPlain
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], style: Style) {
        switch scalar {
        case "\\": bytes += "\\\\".utf8
        case "\"" where style != .text: bytes += "\\\"".utf8
        case "\n": bytes += "\\n".utf8
        case "\r": bytes += "\\r".utf8
        case "\t": bytes += "\\t".utf8
        case _ where isUnsafe(scalar): appendEscape(scalar, to: &bytes, style: style)
        default: bytes += UTF8.encode(scalar)!
        }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return true
        default: return false
        }
    }

    /// `\u{1b}` in text; in JSON UTF-16 units, `\u001b` (RFC 8259 §7).
    private static func appendEscape(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], style: Style) {
        guard style == .json else {
            bytes += "\\u{\(String(scalar.value, radix: 16))}".utf8
            return
        }
        for unit in UTF16.encode(scalar)! {
            let digits = String(unit, radix: 16)
            bytes += "\\u".utf8
            bytes += String(repeating: "0", count: 4 - digits.count).utf8
            bytes += digits.utf8
        }
    }
}
