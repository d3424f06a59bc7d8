import HTTPTypes
import JOSE
import OAuth

/// Lets clients leave their authorization requests here before they send a person (RFC 9126).
struct PushedAuthorization: Feature {
    let endpoints: [Endpoint]
    let metadata: JSONObject = ["require_pushed_authorization_requests": false]

    init(_ dependencies: Dependencies, authentication: ClientAuthentication, checks: AuthorizationChecks) {
        let limit = PushLimit(dependencies)
        let lifetime = dependencies.settings.pushedRequestLifetime
        endpoints = [
            Endpoint(
                .post,
                "/oauth/par",
                advertisedAs: "pushed_authorization_request_endpoint",
                operation: Self.operation
            ) { request in
                let parameters = try RequestBody.parameters(of: request)
                let client = try await authentication.authenticate(request, parameters)
                try limit.count(client, from: request.clientNetwork)
                let asked = try await checks.pushed(parameters, by: client, at: dependencies.now())
                let name = try await checks.pushes.file(asked, of: client)
                return .json(["request_uri": .string(name), "expires_in": .integer(lifetime)], status: .created)
            }
        ]
    }

    private static let operation = Operation(
        "pushAuthorizationRequest",
        "Keeps an authorization request, which a person is then sent with by its name (RFC 9126).",
        of: .oauth
    )
    .taking([.form(request(.text()).adding(ClientAuthentication.members(.text())))])
    .guarded(by: .client, .none)
    .answering(
        201,
        "What /authorize takes as request_uri, beside the client_id.",
        .object(["request_uri": .text(), "expires_in": .integer(1...600)])
    )

    /// The usual parameters of RFC 6749 §4.1.1, RFC 7636 and OIDC Core §3.1.2.1; or a request object, which has them all.
    private static func request(_ value: JSONSchema) -> JSONSchema {
        let members: KeyValuePairs = [
            "response_type": value, "redirect_uri": value, "scope": value, "state": value, "nonce": value,
            "code_challenge": value, "code_challenge_method": value, "response_mode": value, "prompt": value,
            "max_age": value, "login_hint": value, "id_token_hint": value, "acr_values": value,
            "ui_locales": value, "claims": value,
            "request": value.described("A request object (RFC 9101); then nothing beside it counts."),
        ]
        return .input(members, optional: Set(members.map(\.key)))
    }
}
