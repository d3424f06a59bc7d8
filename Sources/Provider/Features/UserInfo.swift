import Cryptography
import HTTPTypes
import JOSE
import OAuth

/// Tells who the token's account is (OIDC Core §5.3).
struct UserInfo: Feature {
    let endpoints: [Endpoint]
    let metadata: JSONObject = [
        "claims_supported": ["sub", "email", "email_verified", "name", "public_key", "created_at"]
    ]

    init(_ dependencies: Dependencies, guard bearer: BearerToken) {
        let respond: @Sendable (EndpointRequest) async throws -> Reply = { request in
            let verified = try await bearer.admit(request, scope: "openid")
            guard let subject = verified.subject else { throw Self.noAccount(verified.token) }
            return .json(.object(try await Self.claims(of: subject, for: verified.token, dependencies.subjects)))
        }
        endpoints = [
            Endpoint(.get, "/oauth/userinfo", advertisedAs: "userinfo_endpoint", respond: respond),
            Endpoint(.post, "/oauth/userinfo", respond: respond),
        ]
    }

    /// A token obtained with the account's own key releases all; another one what its scope releases (OIDC Core §5.4).
    private static func claims(
        of subject: Subject,
        for token: AccessToken,
        _ subjects: any SubjectStore
    ) async throws -> JSONObject {
        var claims: JSONObject = ["sub": .string(subject.id.description)]
        let ownKey = try await Self.ownKey(token, of: subject, subjects)
        if ownKey != nil || token.scope.contains("email") {
            claims["email"] = .string(subject.email)
            claims["email_verified"] = .bool(subject.isEmailVerified)
        }
        if ownKey != nil || token.scope.contains("profile") { claims["name"] = .string(subject.name) }
        if let ownKey {
            claims["public_key"] = ownKey.publicKey
            claims["created_at"] = .string(String(subject.createdAt.seconds))
        }
        return claims
    }

    private static func ownKey(
        _ token: AccessToken,
        of subject: Subject,
        _ subjects: any SubjectStore
    ) async throws -> SubjectKey? {
        guard case .key(let thumbprint) = token.constraint, KeyClient.thumbprint(in: token.clientID) == thumbprint
        else { return nil }
        return try await subjects.key(thumbprint: thumbprint)
    }

    private static func noAccount(_ token: AccessToken) -> OAuthError {
        OAuthError(
            .insufficientScope,
            "the access token stands for a client, not for an account",
            FailedCheck("sub", expected: "an account", seen: "the client \(token.subject)"),
            fields: [.init("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"openid\"")]
        )
    }
}

extension SubjectKey {
    /// The key as its owner registered it: a hexadecimal point, or a JWK as an object.
    fileprivate var publicKey: JSON {
        guard registeredForm.hasPrefix("{"), let jwk = try? JSON.parse(Array(registeredForm.utf8)) else {
            return .string(registeredForm)
        }
        return jwk
    }
}
