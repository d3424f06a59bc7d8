/// What a refusal tells the operator's log: which check failed, what it wanted and what it saw. Never secrets, tokens
/// or signatures.
package struct FailedCheck: Sendable, Equatable, CustomStringConvertible {
    /// The check, in words.
    package let check: String
    /// What would have passed.
    package let expected: String
    /// What was there; text of others goes through `excerpt` first.
    package let seen: String

    package init(_ check: String, expected: String, seen: String) {
        (self.check, self.expected, self.seen) = (check, expected, seen)
    }

    package var description: String { "\(check): expected \(expected), saw \(seen)" }

    /// A short printable form of text that a stranger sent: at most 64 characters, and `?` for everything outside
    /// printable ASCII, so that it can neither flood a log nor forge a line of it.
    package static func excerpt(_ text: String?) -> String {
        guard let text else { return "nothing" }
        let printable = text.utf8.prefix(65).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        let shown = String(decoding: printable.prefix(64), as: UTF8.self)
        return printable.count > 64 ? "\"\(shown)\"…" : "\"\(shown)\""
    }
}
