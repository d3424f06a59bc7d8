import Cryptography
import JOSE
import OAuth

/// Makes every token that the server hands out.
struct TokenIssuer: Sendable {
    let dependencies: Dependencies

    /// What a token request is answered with (RFC 6749 §5.1).
    struct IssuedToken: Sendable {
        let responseBody: [UInt8]
    }

    /// An access token for `authorization` with exactly `scope`.
    func issue(_ authorization: Authorization, scope: Scope) throws -> IssuedToken {
        let now = dependencies.now()
        let settings = dependencies.settings
        let token = AccessToken(
            id: ULID(milliseconds: now.milliseconds, random: dependencies.random).string,
            issuer: settings.issuer,
            subject: authorization.subject?.id.description ?? authorization.client.id.description,
            audience: settings.issuer,
            clientID: authorization.client.id,
            scope: scope,
            issuedAt: now,
            expiry: now + settings.accessTokenLifetime,
            constraint: authorization.constraint,
            generation: authorization.subject?.generation
        )
        let compact = try dependencies.keys.current(.es256, at: now).accessTokens.sign(token.claims.encoded())
        var response: JSONObject = [
            "access_token": .string(compact),
            "token_type": "Bearer",
            "expires_in": .integer(settings.accessTokenLifetime),
        ]
        if !scope.isEmpty { response["scope"] = .string(scope.description) }
        return IssuedToken(responseBody: response.encoded())
    }
}
