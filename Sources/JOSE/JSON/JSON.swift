/// A JSON value (RFC 8259). Numbers written as integers that fit 64 bits stay integers.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Any other finite number.
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// The value of one JSON text in UTF-8; nothing but white space may follow it.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSON {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            var parser = JSONParser(buffer, limits: limits)
            return try parser.document()
        }
    }

    /// The text, nil for any other type.
    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    /// The integer, nil for any other type and for numbers with a fraction.
    package var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The truth value, nil for any other type.
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements, nil for any other type.
    package var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// The members, nil for any other type.
    package var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The elements of an array of strings; nil for any other type, or if one element is no string.
    package var stringsValue: [String]? {
        guard case .array(let elements) = self else { return nil }
        let strings = elements.compactMap(\.stringValue)
        return strings.count == elements.count ? strings : nil
    }

    /// An array of strings.
    package static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map(JSON.string)) }

    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number that is no 64-bit integer"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// How much a JSON text may make the parser do.
package struct JSONLimits: Sendable {
    /// Bytes of text.
    package let size: Int
    /// Arrays and objects inside one another.
    package let depth: Int
    /// Members of one object.
    package let members: Int

    package init(size: Int = 65536, depth: Int = 32, members: Int = 1024) {
        (self.size, self.depth, self.members) = (size, depth, members)
    }

    /// 64 KiB, 32 levels, 1024 members.
    package static let `default` = JSONLimits()
}

/// Why a JSON text or one of its members was refused.
package struct JSONError: Error, Sendable, Equatable {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        case tooLarge, tooDeep, tooManyMembers, duplicateName, invalidUTF8, malformed, numberOutOfRange, wrongType
    }

    /// Which of the reasons it was.
    package let code: Code
    /// Where reading ended, in bytes; nil for a member of the wrong type.
    package let offset: Int?
    /// What the log is told: a byte offset, or a member's name and type; never a value.
    package let failed: FailedCheck

    static func at(_ offset: Int, _ code: Code) -> JSONError {
        JSONError(
            code: code,
            offset: offset,
            failed: FailedCheck("JSON", expected: "a text within limits", seen: "\(code) at \(offset)")
        )
    }

    static func wrongType(_ name: String, expected: String, seen: JSON) -> JSONError {
        let check = FailedCheck("member " + FailedCheck.excerpt(name), expected: expected, seen: seen.typeName)
        return JSONError(code: .wrongType, offset: nil, failed: check)
    }
}
