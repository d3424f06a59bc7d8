/// A value bound to a `$n` parameter. Literals convert: `[nil, 5, "text"]`.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    /// `.text`, or `.null` for nil.
    package static func optionalText(_ text: String?) -> SQLValue {
        text.map(SQLValue.text) ?? .null
    }

    /// `.integer`, or `.null` for nil.
    package static func optionalInteger(_ integer: Int64?) -> SQLValue {
        integer.map(SQLValue.integer) ?? .null
    }

    /// `.blob`, or `.null` for nil.
    package static func optionalBlob(_ blob: [UInt8]?) -> SQLValue {
        blob.map(SQLValue.blob) ?? .null
    }

    /// `.integer` 1 or 0: the shared dialect keeps truth values as integers.
    package static func boolean(_ value: Bool) -> SQLValue {
        .integer(value ? 1 : 0)
    }
}

extension SQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    /// NULL.
    package init(nilLiteral: ()) { self = .null }
    /// An integer.
    package init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text.
    package init(stringLiteral value: String) { self = .text(value) }
}
