import Cryptography

/// Why a key, a token or its claims were refused.
package struct JOSEError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// Not three base64url segments, or not JSON where JSON must be.
        case malformed
        /// More bytes than the limit.
        case tooLarge
        /// A header member that is missing, wrongly typed or contradictory.
        case header
        /// `none`, an unknown algorithm, or one that the policy does not name.
        case algorithm
        /// A `typ` of another kind of token (RFC 8725 §3.11).
        case type
        /// `crit` or `b64`.
        case critical
        /// A key, or an address of one, that came with the token.
        case embeddedKey
        /// The signature does not hold, or the key is of another kind.
        case signature
        /// A JWK that is no usable key.
        case key
        /// A claim that is missing, wrongly typed or out of range.
        case claims
    }

    /// Which of the reasons it was.
    package let code: Code
    /// What the log is told.
    package let failed: FailedCheck

    package init(_ code: Code, _ failed: FailedCheck) {
        self.code = code
        self.failed = failed
    }

    init(_ code: Code, _ check: String, expected: String, seen: String) {
        self.init(code, FailedCheck(check, expected: expected, seen: seen))
    }

    init(_ code: Code, _ error: JSONError) { self.init(code, error.failed) }

    init(_ check: String, _ error: CryptographyError) {
        self.init(.key, check, expected: "a sound key", seen: error.description)
    }

    package var description: String { "\(code.rawValue): \(failed)" }
}

/// Runs `body` and turns what the JSON accessors throw into an error of this code.
func reading<Value>(
    _ code: JOSEError.Code,
    _ body: () throws(JSONError) -> Value
) throws(JOSEError) -> Value {
    do { return try body() } catch { throw JOSEError(code, error) }
}
