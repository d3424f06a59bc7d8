import Cryptography
import JOSE
import OAuth

/// Makes every token that the server hands out.
struct TokenIssuer: Sendable {
    let dependencies: Dependencies
    let subjectNames: SubjectNames

    init(dependencies: Dependencies) {
        self.dependencies = dependencies
        subjectNames = SubjectNames(dependencies)
    }

    /// What a token request is answered with (RFC 6749 §5.1).
    struct IssuedToken: Sendable {
        let responseBody: [UInt8]
    }

    /// What an access token says that depends on whom it is for.
    struct Contents: Sendable {
        /// The account as the client knows it, or nil when the client acts for itself.
        let subject: Subject.ID?
        /// The account's generation.
        let generation: Int64?
        let session: Session.ID?
        let client: Client.ID
        let audience: Audience
        let constraint: SenderConstraint
    }

    /// An access token and how it is sent.
    struct SignedToken: Sendable {
        let content: AccessToken
        let compact: String
    }

    /// What the tokens of a request say.
    struct Terms: Sendable {
        /// All that is granted: what the ID token, the session and the refresh token go by.
        let scope: Scope
        /// Whom the access token is for, and what it is good for there.
        let audience: Audience
        /// Whom the ID token is encrypted for; nil where it is not.
        let recipient: TokenRecipient?
    }

    /// The tokens of `authorization` with exactly `terms`, filed before they are returned. Throws `invalid_grant` when the session
    /// ended meanwhile, and what the stores throw.
    func issue(_ authorization: Authorization, _ terms: Terms) async throws -> IssuedToken {
        let now = dependencies.now()
        switch authorization.session {
        case nil: return try bare(authorization, terms, at: now)
        case .begins(let signIn): return try await begin(signIn, authorization, terms, at: now)
        case .continues(let live, let refresh):
            return try await go(on: live, refresh, authorization, terms, at: now)
        }
    }

    /// An access token that hangs off no session.
    private func bare(_ authorization: Authorization, _ terms: Terms, at now: Timestamp) throws -> IssuedToken {
        let lifetime = dependencies.settings.accessTokenLifetime(of: authorization.client)
        let token = try sign(
            contents(authorization, nil, terms.audience),
            algorithm: .es256,
            from: now,
            until: now + lifetime
        )
        return IssuedToken(responseBody: response(token, at: now).encoded())
    }

    /// The tokens of a code: session, token id and refresh token are one transaction.
    private func begin(
        _ signIn: ClientSignIn,
        _ authorization: Authorization,
        _ terms: Terms,
        at now: Timestamp
    ) async throws -> IssuedToken {
        let settings = dependencies.settings
        let session = signIn.session(in: authorization.client, scope: terms.scope, settings, at: now)
        let token = try accessToken(authorization, in: session, terms, at: now)
        let refresh = session.grant?.isOffline == true ? newRefreshToken(at: now) : nil
        // One that is kept lasts as long as the session, which ends when it lies unused; one that is replaced as long as it may.
        let isReplaced = authorization.client.authentication == .none
        let refreshExpiry =
            isReplaced ? now + settings.refreshTokenLifetime(of: authorization.client) : session.expiry
        let filed = refresh.map { RefreshSuccessor(id: $0.id, digest: $0.digest, expiry: refreshExpiry) }
        guard try await dependencies.sessions.begin(session, tokens: [token.content.record], refresh: filed) else {
            throw AuthorizationCodes.refused("of an account that was signed out")
        }
        var response = response(token, at: now)
        if let refresh { response["refresh_token"] = .string(refresh.text) }
        let idToken = authorization.subject.map {
            IDToken(client: authorization.client, subject: $0, session: session, nonce: signIn.nonce)
        }
        if let idToken { try add(idToken, to: &response, terms, accessToken: token.compact, at: now) }
        return IssuedToken(responseBody: response.encoded())
    }

    /// The tokens of a refresh.
    private func go(
        on live: LiveSession,
        _ refresh: RefreshToken,
        _ authorization: Authorization,
        _ terms: Terms,
        at now: Timestamp
    ) async throws -> IssuedToken {
        let session = live.session
        let token = try accessToken(authorization, in: session, terms, at: now)
        guard try await dependencies.sessions.add([token.content.record], to: session.id, at: now) else {
            throw AuthorizationCodes.refused("a session that is over")
        }
        dependencies.sessions.touch(session.id, at: now)
        var response = response(token, at: now)
        response["refresh_token"] = .string(refresh.text)
        let idToken = IDToken(client: authorization.client, subject: live.subject, session: session, nonce: nil)
        try add(idToken, to: &response, terms, accessToken: token.compact, at: now)
        return IssuedToken(responseBody: response.encoded())
    }

    /// An access token that hangs off `session`, and does not outlive it.
    func accessToken(
        _ authorization: Authorization,
        in session: Session,
        _ terms: Terms,
        at now: Timestamp
    ) throws -> SignedToken {
        let longest = now + dependencies.settings.accessTokenLifetime(of: authorization.client)
        return try sign(
            contents(authorization, session.id, terms.audience),
            algorithm: .es256,
            from: now,
            until: min(longest, session.expiry)
        )
    }

    private func contents(_ authorization: Authorization, _ session: Session.ID?, _ audience: Audience) -> Contents {
        Contents(
            subject: authorization.subject.map { subjectNames.name(of: $0.id, for: authorization.client) },
            generation: authorization.subject?.generation,
            session: session,
            client: authorization.client.id,
            audience: audience,
            constraint: authorization.constraint
        )
    }

    /// RFC 6749 §5.1.
    func response(_ token: SignedToken, at now: Timestamp) -> JSONObject {
        var response: JSONObject = [
            "access_token": .string(token.compact),
            "token_type": "Bearer",
            "expires_in": .integer(token.content.expiry.seconds - now.seconds),
        ]
        let scope = token.content.scope
        if !scope.isEmpty { response["scope"] = .string(scope.description) }
        return response
    }

    private func newRefreshToken(at now: Timestamp) -> RefreshToken {
        RefreshToken(
            id: ULID(milliseconds: now.milliseconds, random: dependencies.random),
            secret: dependencies.random.bytes(RefreshToken.secretSize)
        )
    }

    /// `accessToken` is what the answer has beside the ID token; nil for nothing.
    func add(
        _ idToken: IDToken,
        to response: inout JSONObject,
        _ terms: Terms,
        accessToken: String?,
        at now: Timestamp
    ) throws {
        guard terms.scope.contains("openid") else { return }
        let settings = dependencies.settings
        let claims = idToken.claims(
            issuer: settings.issuer,
            name: subjectNames.name(of: idToken.session.subject, for: idToken.client),
            accessToken: accessToken,
            from: now,
            lifetime: settings.idTokenLifetime(of: idToken.client)
        )
        let signer = try dependencies.keys.current(idToken.client.metadata.idTokenAlgorithm, at: now).idTokens
        let signed = try signer.sign(claims.encoded())
        response["id_token"] = .string(try terms.recipient?.seal(signed) ?? signed)
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
            audience: contents.audience.names,
            clientID: contents.client,
            scope: contents.audience.scope,
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
