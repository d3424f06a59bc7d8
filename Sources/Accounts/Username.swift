import Cryptography

/// The name that a person signs in with: 1 to 64 letters, digits, `.`, `_` and `-` (other scripts allowed), unique without
/// regard to case. No UUID, so that none is taken for an account's id.
package struct Username: Hashable, Sendable, CustomStringConvertible {
    /// As its owner wrote it.
    package let description: String

    /// The form under which the name is unique.
    package var key: String { description.lowercased().nfc }

    /// nil when `text` is empty, too long or holds other characters.
    package init?(_ text: String) {
        guard (1...64).contains(text.count), text.utf8.count <= 256,
            text.allSatisfy({ $0.isLetter || $0.isNumber || ".-_".contains($0) }),
            UUIDv4(text.lowercased()) == nil
        else { return nil }
        description = text
    }
}
