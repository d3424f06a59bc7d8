import Cryptography
import JOSE
import OAuth

/// Going on without the person (RFC 6749 §6, OIDC Core §12).
struct RefreshTokens: Feature {
    let grants: [any Grant]

    init(_ dependencies: Dependencies) {
        grants = [RefreshTokenGrant(dependencies: dependencies)]
    }
}

/// Serves `grant_type=refresh_token`. Public clients get another token each time, those that prove who they are keep theirs
/// (RFC 9700 §4.14.2, FAPI 2.0 §5.3.2.1).
struct RefreshTokenGrant: Grant {
    let type = GrantType.refreshToken
    let dependencies: Dependencies

    func members(_ value: JSONSchema) -> JSONSchema {
        .input(
            ["refresh_token": value, "scope": value.described("A part of what was granted; all of it, if left out.")],
            optional: ["scope"]
        )
    }

    func authorize(_ request: TokenRequest) async throws -> Authorization {
        let text = try request.parameters.required(.refreshToken)
        guard let presented = RefreshToken(text) else { throw Self.refused("of another form") }
        let now = dependencies.now()
        // Asked before anything is taken: another client's attempt must not spend it.
        guard let live = try await dependencies.refreshTokens.session(of: presented, at: now),
            live.session.client == request.client.id, let grant = live.session.grant
        else { throw Self.refused("unknown, expired, another client's, or of a session that is over") }
        guard request.client.scope.contains("offline_access") else {
            throw Self.refused("of a client that may not go on without the person any more")
        }
        let scope = try Self.scope(request.parameters, of: grant)
        let next =
            request.client.authentication == .none
            ? try await successor(of: presented, for: request.client, at: now) : presented
        return Authorization(
            subject: live.subject,
            client: request.client,
            requestedScope: scope,
            constraint: .none,
            resources: grant.resources,
            session: .continues(live, refresh: next)
        )
    }

    /// A part of what was granted, or all of it; nothing beside it (RFC 6749 §6). Looked at before the token is spent.
    private static func scope(_ parameters: Parameters, of grant: SessionGrant) throws(OAuthError) -> Scope {
        guard let text = try parameters.optional(.scope) else { return grant.scope }
        let scope = try Scope(text)
        guard !scope.isEmpty, scope.tokens.allSatisfy(grant.scope.contains) else {
            throw OAuthError(
                .invalidScope,
                "\(.scope) names what was not granted",
                FailedCheck("scope", expected: grant.scope.description, seen: FailedCheck.excerpt(text))
            )
        }
        return scope
    }

    /// The one that follows, the same for a retry within the grace. Throws `invalid_grant` for one that was used before.
    private func successor(
        of presented: RefreshToken,
        for client: Client,
        at now: Timestamp
    ) async throws -> RefreshToken {
        let id = ULID(milliseconds: now.milliseconds, random: dependencies.random)
        let offered = dependencies.refreshDerivation.successor(of: presented, id: id)
        let rotation = try await dependencies.refreshTokens.rotate(
            presented,
            to: RefreshSuccessor(
                id: id,
                digest: offered.digest,
                expiry: now + dependencies.settings.refreshTokenLifetime(of: client)
            ),
            grace: dependencies.settings.refreshGrace,
            at: now
        )
        switch rotation {
        case .rotated(let filed, _): return dependencies.refreshDerivation.successor(of: presented, id: filed)
        case .invalid: throw Self.refused("of a session that is over")
        case .reused: throw Self.refused("used before; its session is over")
        }
    }

    private static func refused(_ seen: String) -> OAuthError {
        OAuthError(
            .invalidGrant,
            "\(.refreshToken) is unknown, expired, revoked or another client's",
            FailedCheck("refresh_token", expected: "a good one of this client", seen: seen)
        )
    }
}
