/// Why a token was refused or could not be made. Holds nothing of the token or the key.
package enum PASETOError: Error, Sendable, Hashable {
    /// More than `maximumTokenSize` bytes, read or to be written.
    case tooLong
    /// Another version or purpose than the one asked for, or no PASETO at all.
    case foreignHeader
    /// Not base64url without padding in two or three canonical pieces, or too short for its purpose.
    case malformed
    /// A key of another length or family than the purpose needs.
    case unsuitableKey
    /// Key, token, footer or implicit assertion do not belong together.
    case rejected
}

/// The longest token that is read or written, in bytes.
package let maximumTokenSize = 16 * 1024
