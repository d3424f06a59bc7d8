import Mustache

/// Text in HTML, within elements and within quoted values of attributes. It is escaped byte by byte: to a browser a `"` ends a value
/// whatever follows it, but with an accent after it, or an Arabic number sign before, it is part of another `Character`.
struct HTMLText: MustacheContentType {
    private static let name = "MartletHTML"
    private static let registered: Void = MustacheContentTypes.register(HTMLText(), named: name)

    /// The template of `text` with its values escaped so. It is a line longer at its top: each template says for itself how its values
    /// are escaped, for a partial does not take that over.
    static func template(_ text: String) throws -> MustacheTemplate {
        _ = registered
        return try MustacheTemplate(string: "{{% CONTENT_TYPE: \(name)}}\n" + text)
    }

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.escape($0) != nil }) else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            if let escape = Self.escape(byte) {
                output += escape.description.utf8
            } else {
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func escape(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
