import JOSE

/// A set of scope tokens in the order they were named (RFC 6749 §3.3).
package struct Scope: Hashable, Sendable, CustomStringConvertible {
    package let tokens: [String]

    /// The longest scope value that is read, in bytes.
    package static let sizeLimit = 4096

    package static let empty = Scope(tokens: [])

    /// Keeps the first of equal tokens.
    package init(tokens: [String]) {
        // Few are compared sooner than hashed; there may be thousands.
        if tokens.count <= 8 {
            self.tokens = tokens.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        } else {
            var seen: Set<String> = []
            self.tokens = tokens.filter { seen.insert($0).inserted }
        }
    }

    /// Reads a space-delimited value. Throws `invalid_scope` for characters outside RFC 6749 §3.3 and for a value over
    /// `sizeLimit`.
    package init(_ text: String) throws(OAuthError) {
        guard text.utf8.count <= Self.sizeLimit else {
            throw Self.invalid(expected: "at most \(Self.sizeLimit) bytes", seen: "\(text.utf8.count) bytes")
        }
        guard text.utf8.allSatisfy(Self.mayContain) else {
            throw Self.invalid(expected: "scope tokens separated by spaces", seen: "a character outside RFC 6749 §3.3")
        }
        self.init(tokens: text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) })
    }

    package var description: String { tokens.joined(separator: " ") }
    package var isEmpty: Bool { tokens.isEmpty }

    package func contains(_ token: String) -> Bool { tokens.contains(token) }

    /// The tokens that `allowed` holds too, in this scope's order.
    package func narrowed(to allowed: Scope) -> Scope {
        Scope(tokens: tokens.filter(allowed.tokens.contains))
    }

    private static func mayContain(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
    }

    private static func invalid(expected: String, seen: String) -> OAuthError {
        OAuthError(
            .invalidScope,
            "\(.scope) is malformed",
            FailedCheck("scope", expected: expected, seen: seen)
        )
    }
}
