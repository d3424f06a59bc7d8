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

    /// What an access token says that depends on whom it is for.
    struct Contents: Sendable {
        /// The account, or nil when the client acts for itself.
        let subject: Subject.ID?
        /// The account's generation.
        let generation: Int64?
        let session: Session.ID?
        let client: Client.ID
        let scope: Scope
        let constraint: SenderConstraint
    }

    /// An access token and how it is sent.
    struct SignedToken: Sendable {
        let content: AccessToken
        let compact: String
    }

    /// An access token for `authorization` with exactly `scope`.
    func issue(_ authorization: Authorization, scope: Scope) throws -> IssuedToken {
        let lifetime = dependencies.settings.accessTokenLifetime
        let contents = Contents(
            subject: authorization.subject?.id,
            generation: authorization.subject?.generation,
            session: nil,
            client: authorization.client.id,
            scope: scope,
            constraint: authorization.constraint
        )
        let now = dependencies.now()
        let token = try sign(contents, algorithm: .es256, from: now, until: now + lifetime)
        var response: JSONObject = [
            "access_token": .string(token.compact),
            "token_type": "Bearer",
            "expires_in": .integer(lifetime),
        ]
        if !scope.isEmpty { response["scope"] = .string(scope.description) }
        return IssuedToken(responseBody: response.encoded())
    }

    /// An access token with a new id. Throws when there is no key for `algorithm`.
    func sign(
        _ contents: Contents,
        algorithm: SignatureAlgorithm,
        from now: Timestamp,
        until expiry: Timestamp
    ) throws -> SignedToken {
        let issuer = dependencies.settings.issuer
        let content = AccessToken(
            id: ULID(milliseconds: now.milliseconds, random: dependencies.random).string,
            issuer: issuer,
            subject: contents.subject?.description ?? contents.client.description,
            audience: issuer,
            clientID: contents.client,
            scope: contents.scope,
            issuedAt: now,
            expiry: expiry,
            constraint: contents.constraint,
            generation: contents.generation,
            sessionID: contents.session
        )
        let signer = try dependencies.keys.current(algorithm, at: now).accessTokens
        return SignedToken(content: content, compact: try signer.sign(content.claims.encoded()))
    }
}
