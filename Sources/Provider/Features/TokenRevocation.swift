import HTTPTypes
import JOSE
import OAuth

/// Lets a client end its own tokens (RFC 7009).
struct TokenRevocation: Feature {
    let endpoints: [Endpoint]

    init(_ dependencies: Dependencies, authentication: ClientAuthentication, tokens: AccessTokenVerifier) {
        endpoints = [
            Endpoint(.post, "/oauth/revoke", advertisedAs: "revocation_endpoint", operation: Self.operation) {
                request in
                let parameters = try RequestBody.parameters(of: request)
                let client = try await authentication.authenticate(request, parameters)
                let compact = try parameters.required(.token)
                // RFC 7009 §2.2: a token that is no longer good, or was never, is as revoked as the client wants it. The
                // token of another client stays as it is and the answer does not tell.
                if let refresh = RefreshToken(compact) {
                    try await Self.end(refresh, of: client, dependencies)
                } else if let verified = try await Self.good(compact, tokens), verified.token.clientID == client.id {
                    try await dependencies.revocations.revoke(verified.token.id, until: verified.token.expiry)
                }
                return Reply(.ok, fields: [.cacheControl: "no-store"])
            }
        ]
    }

    private static let operation = Operation("revokeToken", "Ends a token of the client's own (RFC 7009).", of: .oauth)
        .takingToken()
        .answeringNothing(200, "The token is not good, whatever it was before.")

    /// With a refresh token goes what it continues: the client's session and all its tokens (RFC 7009 §2.1).
    private static func end(_ refresh: RefreshToken, of client: Client, _ dependencies: Dependencies) async throws {
        guard let live = try await dependencies.refreshTokens.session(of: refresh, at: dependencies.now()),
            live.session.client == client.id, live.session.grant != nil
        else { return }
        try await dependencies.sessions.end(live.session.id)
    }

    private static func good(
        _ compact: String,
        _ tokens: AccessTokenVerifier
    ) async throws -> AccessTokenVerifier.Verified? {
        do {
            return try await tokens.verify(compact, for: .anywhere)
        } catch is OAuthError {
            return nil
        }
    }
}
