/// The name that an account is shown under: text of 1 to 200 characters, its words one space apart.
package struct DisplayName: Sendable, CustomStringConvertible {
    /// The most characters.
    package static let limit = 200

    package let description: String

    /// What is asked of a name, and was not met.
    package enum Rule: Error, Sendable, Equatable {
        case empty
        /// More than `limit` characters, or control and bidirectional-override characters, which make a name look like another.
        case unfit
    }

    /// Throws the rule that `text` breaks.
    package init(_ text: String) throws(Rule) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { throw .empty }
        guard text.utf8.count <= 4 * Self.limit, text.count <= Self.limit,
            !text.unicodeScalars.contains(where: \.isControl)
        else { throw .unfit }
        description = words.joined(separator: " ")
    }
}

extension Unicode.Scalar {
    var isControl: Bool {
        properties.generalCategory == .control || properties.generalCategory == .format
    }
}
