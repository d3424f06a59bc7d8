import Foundation

extension String {
    /// Unicode normalization form C: what was typed on two keyboards compares equal.
    var nfc: String { utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping }
}
