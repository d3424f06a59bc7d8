import JOSE
import Provider

/// What people are known by, as every face takes it.
extension JSONSchema {
    /// `EmailAddress`.
    static let email = text(3...254, format: "email")
    /// `Username`; letters and digits of any script.
    static let username = text(1...64, pattern: "^[\\p{L}\\p{N}._-][\\p{L}\\p{M}\\p{N}._-]*$")
    /// A name to address somebody by.
    static let personName = text(1...200, pattern: "\\S")

    /// This, or nothing at all, which counts as left out (RFC 6749 §3.1).
    var orEmpty: JSONSchema { .any(of: self, .constant("")) }
}
