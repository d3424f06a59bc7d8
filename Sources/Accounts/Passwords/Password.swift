import Cryptography

/// A password in Unicode normalization form C, at most 128 code points and 512 bytes.
package struct Password: Sendable {
    /// In form C, as UTF-8.
    package let bytes: [UInt8]

    package static let characterLimit = PasswordHash.maximumCharacters
    package static let byteLimit = PasswordHash.maximumBytes
    /// The fewest code points of a new password.
    package static let minimum = 8

    /// A password to check. nil when it is empty or longer than any that can be set.
    package init?(typed text: String) {
        // Measured before it is normalized too: that costs more than counting.
        guard !text.isEmpty, text.utf8.count <= 2 * Self.byteLimit else { return nil }
        let normal = Array(text.nfc.utf8)
        guard PasswordHash.fits(normal) else { return nil }
        bytes = normal
    }

    /// A password to set. Throws the rule that it breaks.
    package init(new text: String) throws(PasswordRule) {
        guard text.unicodeScalars.count >= Self.minimum else { throw .tooShort }
        guard let password = Password(typed: text) else { throw .tooLong }
        let normal = text.nfc
        guard normal.unicodeScalars.count >= Self.minimum else { throw .tooShort }
        guard !GuessedPasswords.contains(normal) else { throw .tooCommon }
        self = password
    }
}

/// What is asked of a new password, and was not met.
package enum PasswordRule: Error, Sendable, Equatable, CaseIterable {
    /// Fewer than `Password.minimum` characters.
    case tooShort
    /// More than `Password.characterLimit` characters or `Password.byteLimit` bytes.
    case tooLong
    /// One of those that are tried first.
    case tooCommon

    /// For the person who chose it.
    package var explanation: String {
        switch self {
        case .tooShort: "must have at least \(Password.minimum) characters"
        case .tooLong: "must have at most \(Password.characterLimit) characters and \(Password.byteLimit) bytes"
        case .tooCommon: "is among the commonest passwords"
        }
    }
}
