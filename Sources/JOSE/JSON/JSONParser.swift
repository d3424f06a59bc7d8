/// A strict parser of RFC 8259 texts over bytes that the caller keeps in place.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSON {
        guard bytes.count <= limits.size else { throw failure(.tooLarge) }
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure(.malformed) }
        return value
    }

    func failure(_ code: JSONError.Code) -> JSONError { .at(position, code) }

    /// The byte at the cursor, 0 at the end: no token begins with a zero byte.
    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.malformed)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let end = position + text.utf8CodeUnitCount
        let matches =
            end <= bytes.count && text.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
        guard matches else { throw failure(.malformed) }
        position = end
        return value
    }

    private mutating func descend() throws(JSONError) {
        position += 1
        depth += 1
        guard depth <= limits.depth else { throw failure(.tooDeep) }
        skipSpace()
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        try descend()
        defer { depth -= 1 }
        var elements: [JSON] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value())
            if try ends(with: UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try descend()
        defer { depth -= 1 }
        var members: [JSONObject.Member] = []
        if current == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        members.reserveCapacity(8)
        // A small object is searched, a larger one keeps a set: never a quadratic search.
        var seen: Set<String> = []
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure(.malformed) }
            let name = try string()
            guard members.count < limits.members else { throw failure(.tooManyMembers) }
            if members.count == 16 { seen = Set(members.map(\.name)) }
            let fresh = members.count < 16 ? !members.contains { $0.name == name } : seen.insert(name).inserted
            guard fresh else { throw failure(.duplicateName) }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure(.malformed) }
            position += 1
            members.append(JSONObject.Member(name: name, value: try value()))
            if try ends(with: UInt8(ascii: "}")) { return JSONObject(unique: members) }
        }
    }

    /// Whether the collection ends here; a comma continues it, anything else is refused.
    private mutating func ends(with bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        let byte = current
        guard byte == bracket || byte == UInt8(ascii: ",") else { throw failure(.malformed) }
        position += 1
        return byte == bracket
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try decoded(UnsafeBufferPointer(rebasing: bytes[start..<position]))
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure(.malformed)
            default: position += 1
            }
        }
        throw failure(.malformed)
    }

    private func decoded(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure(.invalidUTF8) }
        return text
    }

    /// A string with an escape in it; the cursor is at the first backslash.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                let decoded = try text.withUnsafeBufferPointer { (buffer) throws(JSONError) -> String in
                    try self.decoded(buffer)
                }
                position += 1
                return decoded
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20: throw failure(.malformed)
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure(.malformed)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let byte = current
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: UTF8.encode(try scalar())!)
        default: throw failure(.malformed)
        }
    }

    /// The character of a `\u` escape, or of a pair of them; half a pair is refused.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, current == UInt8(ascii: "\\") else { throw failure(.invalidUTF8) }
        position += 1
        guard current == UInt8(ascii: "u") else { throw failure(.invalidUTF8) }
        position += 1
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second) else { throw failure(.invalidUTF8) }
        return Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10 | UInt32(second - 0xDC00)))!
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw failure(.malformed) }
        var unit: UInt16 = 0
        for index in position..<position + 4 {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
            default: throw failure(.malformed)
            }
        }
        position += 4
        return unit
    }
}
