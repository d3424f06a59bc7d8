import JOSE
import OAuth

/// Tokens for a client that acts for itself, or for the account whose key it is (RFC 6749 §4.4).
struct ClientCredentials: Feature {
    let grants: [any Grant] = [ClientCredentialsGrant()]
}

/// Serves `grant_type=client_credentials`.
struct ClientCredentialsGrant: Grant {
    let type = GrantType.clientCredentials

    func members(_ value: JSONSchema) -> JSONSchema {
        .input(["scope": value.described("All that the client may have, if left out.")], optional: ["scope"])
    }

    func authorize(_ request: TokenRequest) async throws -> Authorization {
        guard request.client.authentication != .none else {
            throw OAuthError(
                .unauthorizedClient,
                "the client may not use this \(.grantType)",
                FailedCheck("grant_type", expected: "a client that proves who it is", seen: "a public one")
            )
        }
        let scope = try request.parameters.optional(.scope).map { text throws(OAuthError) in try Scope(text) }
        let owner = request.client.owner
        return Authorization(
            subject: owner?.subject,
            client: request.client,
            requestedScope: scope,
            constraint: owner.map { .key(thumbprint: $0.thumbprint) } ?? .none
        )
    }
}
