import HTTPTypes
import JOSE
import OAuth

/// The token endpoint (RFC 6749 §3.2): one pipeline for every grant.
struct TokenEndpoint: Sendable {
    let authentication: ClientAuthentication
    let grants: [GrantType: any Grant]
    let audiences: Audiences
    let issuer: TokenIssuer
    let encryption: ClientEncryption
    let metrics: TokenMetrics

    /// The seven phases of a token request. Throws `OAuthError`.
    func respond(to request: EndpointRequest) async throws -> Reply {
        // 1. Parse the body once; duplicates are refused.
        let parameters = try RequestBody.parameters(of: request, allowsJSON: true)
        let type = GrantType(try parameters.required(.grantType))
        guard let grant = grants[type] else { throw Self.unsupported(type) }

        // 2. Authenticate the client by exactly one method.
        let client = try await authentication.authenticate(request, parameters)

        // 3. The client may use the grant.
        guard client.grants.contains(type) else { throw Self.unauthorized(client, type) }
        // Whom its ID tokens are encrypted for is known before anything is used up.
        let wanted = type == .clientCredentials ? nil : client.metadata.idTokenEncryption
        let recipient = try await encryption.recipient(client, wanted)

        // 4. and 5. The grant proves what the request is entitled to, and the key that it belongs to.
        let authorization = try await grant.authorize(TokenRequest(client: client, parameters: parameters))

        // 6. Narrow, pass the gate, issue.
        let scope = try Self.narrow(authorization)
        try Self.admit(authorization)
        let audience = try await audiences.audience(of: parameters, within: authorization.resources, scope: scope)
        let token = try await issuer.issue(
            authorization,
            .init(scope: scope, audience: audience, recipient: recipient)
        )
        metrics.granted(type)

        // 7. Reply; no cache may keep it.
        return Reply(.ok, fields: Self.fields, body: token.responseBody)
    }

    private static let fields: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store",
    ]

    /// What is asked for and allowed; all that is allowed when nothing was named (RFC 6749 §3.3).
    private static func narrow(_ authorization: Authorization) throws(OAuthError) -> Scope {
        let allowed = authorization.client.scope
        guard let requested = authorization.requestedScope else { return allowed }
        let scope = requested.narrowed(to: allowed)
        guard !scope.isEmpty else {
            throw OAuthError(
                .invalidScope,
                "the client may have none of the scope that it asked for",
                FailedCheck("scope", expected: "some of: \(allowed)", seen: FailedCheck.excerpt(requested.description))
            )
        }
        return scope
    }

    /// The one gate for accounts: blocked and deleted ones get nothing, whatever the grant.
    private static func admit(_ authorization: Authorization) throws(OAuthError) {
        guard let subject = authorization.subject, !subject.isActive else { return }
        throw OAuthError(
            .invalidGrant,
            "the account may not sign in",
            FailedCheck("account", expected: "active", seen: "blocked: \(subject.id)")
        )
    }

    private static func unsupported(_ type: GrantType) -> OAuthError {
        OAuthError(
            .unsupportedGrantType,
            "\(.grantType) is not supported",
            FailedCheck("grant_type", expected: "an installed grant", seen: FailedCheck.excerpt(type.description))
        )
    }

    private static func unauthorized(_ client: Client, _ type: GrantType) -> OAuthError {
        OAuthError(
            .unauthorizedClient,
            "the client may not use this \(.grantType)",
            FailedCheck(
                "grant_type",
                expected: client.grants.map(\.description).sorted().joined(separator: " "),
                seen: type.description
            )
        )
    }
}
