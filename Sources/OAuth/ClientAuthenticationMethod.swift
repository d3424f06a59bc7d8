/// How a client proves who it is: the values of `token_endpoint_auth_method` (RFC 7591 §2, OIDC Core §9).
package enum ClientAuthenticationMethod: String, Sendable, CaseIterable {
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case clientSecretJWT = "client_secret_jwt"
    case privateKeyJWT = "private_key_jwt"
    /// A public client: it cannot keep a secret and proves nothing (RFC 6749 §2.1).
    case none

    /// Those that prove something.
    package static let proving: [Self] = [.clientSecretBasic, .clientSecretPost, .clientSecretJWT, .privateKeyJWT]

    /// Whether the client proves itself with a signed assertion (RFC 7523).
    package var usesAssertion: Bool { self == .clientSecretJWT || self == .privateKeyJWT }
}

/// The assertion type of RFC 7523 §2.2.
package let jwtBearerAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
