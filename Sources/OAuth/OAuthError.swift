package import JOSE

/// Text that may be sent to a client: literals of ours, made of one another, and parameter names, so no secret and no user input.
package struct WireText: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    package let description: String

    package init(stringLiteral value: String) {
        description = value
    }

    package init(stringInterpolation: StringInterpolation) {
        description = stringInterpolation.text
    }

    /// Takes literals, other such texts and parameter names; nothing else compiles.
    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        package mutating func appendInterpolation(_ name: ParameterName) {
            text += name.description
        }

        package mutating func appendInterpolation(_ other: WireText) {
            text += other.description
        }
    }
}

/// A refusal in the words of the specifications (RFC 6749 §5.2, RFC 6750 §3.1).
package struct OAuthError: Error, Sendable {
    package let code: Code
    /// Sent to the client as `error_description`.
    package let description: WireText
    /// Written to the log, never sent.
    package let failed: FailedCheck
    /// Header fields that belong to the refusal (`OAuth-Client-Attestation-Challenge`, `Retry-After`).
    package var fields: [Field] = []

    /// A header field by name and value.
    package struct Field: Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ code: Code, _ description: WireText, _ failed: FailedCheck, fields: [Field] = []) {
        self.code = code
        self.description = description
        self.failed = failed
        self.fields = fields
    }

    /// An `error` value and its HTTP status. A feature declares its own codes in its own file.
    package struct Code: Hashable, Sendable {
        package let name: String
        package let status: Int

        package init(_ name: StaticString, status: Int) {
            self.name = name.description
            self.status = status
        }
    }
}

extension OAuthError.Code {
    package static let invalidRequest = Self("invalid_request", status: 400)
    package static let invalidClient = Self("invalid_client", status: 401)
    package static let invalidGrant = Self("invalid_grant", status: 400)
    package static let unauthorizedClient = Self("unauthorized_client", status: 400)
    package static let unsupportedGrantType = Self("unsupported_grant_type", status: 400)
    package static let invalidScope = Self("invalid_scope", status: 400)
    package static let serverError = Self("server_error", status: 500)
    package static let temporarilyUnavailable = Self("temporarily_unavailable", status: 503)
    /// Too many failures; the client should wait for `Retry-After` seconds (RFC 6585 §4).
    package static let tooManyRequests = Self("temporarily_unavailable", status: 429)
    /// A body over the limit (RFC 9110 §15.5.14).
    package static let contentTooLarge = Self("invalid_request", status: 413)
    /// A compressed body (RFC 9110 §15.5.16).
    package static let unsupportedMediaType = Self("invalid_request", status: 415)
    /// A missing, expired, revoked or foreign access token (RFC 6750 §3.1).
    package static let invalidToken = Self("invalid_token", status: 401)
    /// The access token does not carry the scope that the resource asks for (RFC 6750 §3.1).
    package static let insufficientScope = Self("insufficient_scope", status: 403)
}
