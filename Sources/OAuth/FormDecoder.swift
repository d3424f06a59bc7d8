import JOSE

/// Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1), strictly and in one pass.
enum FormDecoder {
    /// The pairs of `body` in order. Throws `invalid_request`.
    static func pairs(in body: [UInt8], limit: Int) throws(OAuthError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        pairs.reserveCapacity(8)
        var position = 0
        while position < body.count {
            let end = body[position...].firstIndex(of: UInt8(ascii: "&")) ?? body.count
            if end > position {
                guard pairs.count < limit else { throw tooMany(pairs.count + 1) }
                let part = body[position..<end]
                let equals = part.firstIndex(of: UInt8(ascii: "="))
                let name = try decode(part[..<(equals ?? end)])
                let value = try equals.map { (index) throws(OAuthError) in try decode(part[(index + 1)...]) } ?? ""
                pairs.append((name, value))
            }
            position = end + 1
        }
        return pairs
    }

    /// One value on its own, or nil when it is malformed.
    static func value(_ bytes: ArraySlice<UInt8>) -> String? {
        try? decode(bytes)
    }

    static func tooMany(_ count: Int) -> OAuthError {
        OAuthError(
            .invalidRequest,
            "too many parameters",
            FailedCheck("parameters", expected: "at most \(Parameters.limit)", seen: "\(count) or more")
        )
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(OAuthError) -> String {
        // Most values are ASCII that stands for itself.
        if bytes.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "+"): plain.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex,
                    let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2])
                else { throw malformed("two hexadecimal digits after %") }
                plain.append(high << 4 | low)
                index += 2
            default: plain.append(byte)
            }
            index += 1
        }
        guard let text = String(validating: plain, as: UTF8.self) else { throw malformed("UTF-8") }
        return text
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func malformed(_ expected: String) -> OAuthError {
        OAuthError(
            .invalidRequest,
            "the form is malformed",
            FailedCheck("form encoding", expected: expected, seen: "something else")
        )
    }
}
