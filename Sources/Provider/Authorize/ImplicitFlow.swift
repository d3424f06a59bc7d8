import Cryptography
import JOSE
import OAuth

/// Answers requests with tokens at once (OIDC Core §3.2.2.5). They hang off a session of their own in the client, which ends with the
/// browser's, as what comes of a code does; there is no refresh token.
struct ImplicitFlow: Sendable {
    private let dependencies: Dependencies
    private let encryption: ClientEncryption
    private let audiences: Audiences
    private let issuer: TokenIssuer
    private let metrics: TokenMetrics

    init(_ dependencies: Dependencies, encryption: ClientEncryption) {
        self.dependencies = dependencies
        self.encryption = encryption
        audiences = Audiences(dependencies)
        issuer = TokenIssuer(dependencies: dependencies)
        metrics = TokenMetrics(dependencies.settings.servesImplicitFlow ? [.implicit] : [])
    }

    /// The tokens of `request` for the person of `live`, who allowed it, or why there are none. Throws what the stores throw.
    func answer(
        _ request: AuthorizationRequest,
        _ live: LiveSession,
        at now: Timestamp
    ) async throws -> AuthorizationResponse {
        let issuer = dependencies.settings.issuer
        do {
            let terms = try await terms(of: request)
            let tokens = try await self.issuer.issue(request, terms, for: live, at: now)
            metrics.granted(.implicit)
            return AuthorizationResponse(tokens: tokens, to: request.target, issuer: issuer)
        } catch let error as OAuthError {
            return AuthorizationResponse(error, to: request.target, issuer: issuer)
        }
    }

    private func terms(of request: AuthorizationRequest) async throws -> TokenIssuer.Terms {
        let client = request.client
        return TokenIssuer.Terms(
            scope: request.scope,
            audience: try await audiences.audience(
                of: .none,
                within: request.resources.map(\.id),
                scope: request.scope
            ),
            recipient: try await encryption.recipient(client, client.metadata.idTokenEncryption)
        )
    }
}

extension TokenIssuer {
    /// The members of the answer to `request`, filed before they are returned. Throws `access_denied` when the browser's session ended
    /// meanwhile, and what the store throws.
    fileprivate func issue(
        _ request: AuthorizationRequest,
        _ terms: Terms,
        for live: LiveSession,
        at now: Timestamp
    ) async throws -> JSONObject {
        let settings = dependencies.settings
        let id = Session.ID(UUIDv4(random: dependencies.random).string)
        let signIn = ClientSignIn(id: id, request: request, browser: live.session)
        let session = signIn.session(in: request.client, scope: terms.scope, settings, at: now)
        let authorization = Authorization(
            subject: live.subject,
            client: request.client,
            requestedScope: nil,
            constraint: .none
        )
        let token =
            request.responseType == .idToken ? nil : try accessToken(authorization, in: session, terms, at: now)
        guard
            try await dependencies.sessions.begin(inBrowser: session, tokens: token.map { [$0.content.record] } ?? [])
        else {
            throw OAuthError(
                .accessDenied,
                "the person has signed out",
                FailedCheck("session", expected: "a live one of the browser", seen: "one that ended meanwhile")
            )
        }
        var answer = token.map { response($0, at: now) } ?? JSONObject()
        var idToken = IDToken(client: request.client, subject: live.subject, session: session, nonce: signIn.nonce)
        if token == nil { idToken.scope = terms.scope }
        try add(idToken, to: &answer, terms, accessToken: token?.compact, at: now)
        return answer
    }
}
