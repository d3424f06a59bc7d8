/// A value of `grant_type` (RFC 6749 §4, RFC 7591 §2). A feature declares its own in its own file.
package struct GrantType: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ name: String) {
        description = name
    }

    package static let clientCredentials = GrantType("client_credentials")
    package static let authorizationCode = GrantType("authorization_code")
    package static let refreshToken = GrantType("refresh_token")
    /// Nobody presents it: what it names happens at the authorization endpoint (RFC 7591 §2).
    package static let implicit = GrantType("implicit")
}
