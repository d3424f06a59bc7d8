import HTTPTypes
import JOSE
import OAuth

/// Tells a resource server whether a token is good (RFC 7662).
struct TokenIntrospection: Feature {
    let endpoints: [Endpoint]

    init(authentication: ClientAuthentication, tokens: AccessTokenVerifier) {
        endpoints = [
            Endpoint(
                .post,
                "/oauth/introspect",
                advertisedAs: "introspection_endpoint",
                allowsBrowsers: false,
                operation: Self.operation
            ) { request in
                let parameters = try RequestBody.parameters(of: request)
                let client = try await authentication.authenticate(request, parameters)
                guard client.authentication != .none else { throw Self.unproven }
                let compact = try parameters.required(.token)
                do {
                    let verified = try await tokens.verify(compact, for: .anywhere)
                    guard client.mayIntrospect(verified.token) else { return .json(["active": false]) }
                    return .json(Self.answer(verified))
                } catch is OAuthError {
                    // RFC 7662 §2.2: what is wrong with a token is nobody's business.
                    return .json(["active": false])
                }
            }
        ]
    }

    private static let operation = Operation("introspectToken", "Whether a token is good (RFC 7662).", of: .oauth)
        .takingToken()
        .answering(
            "What the token says, if it is good and the caller's business.",
            .any(
                of: .object(["active": .constant(false)]),
                .object(
                    [
                        "active": .constant(true), "token_type": .constant("Bearer"), "username": .text(),
                        "iss": .url, "sub": .text(), "aud": .any(of: .text(), .array(of: .text())),
                        "client_id": .text(), "scope": .scope,
                        "iat": .integer(), "exp": .integer(), "jti": .ulid, "sid": .text(),
                        "cnf": .object(["jkt": .text(43...43)]),
                    ],
                    optional: ["username", "scope", "sid", "cnf"]
                )
            )
        )

    /// RFC 7662 §2.1: who asks must have proven who it is.
    private static let unproven = OAuthError(
        .invalidClient,
        "client authentication is missing",
        FailedCheck("authentication method", expected: "one that proves something", seen: "a public client")
    )

    private static func answer(_ verified: AccessTokenVerifier.Verified) -> JSON {
        var answer: JSONObject = ["active": true, "token_type": "Bearer"]
        for member in verified.token.claims.members where member.name != AccessToken.generationClaim {
            answer[member.name] = member.value
        }
        if let email = verified.subject?.email, verified.token.scope.contains("email") {
            answer["username"] = .string(email)
        }
        return .object(answer)
    }
}

extension Client {
    /// A resource server may look at every token, another client at its own.
    fileprivate func mayIntrospect(_ token: AccessToken) -> Bool {
        isResourceServer || token.clientID == id
    }
}
