import JOSE
import OAuth

extension AuthorizationChecks {
    /// What `client` pushes with the parameters that it sent, all of it found right. Nothing goes by browser yet: what is wrong is told to
    /// the client alone, whatever its redirect URI. Throws the errors of the authorization endpoint and what the stores throw.
    func pushed(_ sent: Parameters, by client: Client, at now: Timestamp) async throws -> Parameters {
        guard client.sendsPeople else {
            throw OAuthError(
                .unauthorizedClient,
                "the client may not send people to sign in",
                FailedCheck("grants", expected: "one of the authorization endpoint", seen: "others")
            )
        }
        let parameters = try await objects.pushed(sent, by: client, at: now)
        let redirect = try Self.redirectURI(parameters, client)
        let wanted = RequestedResponse(parameters, settings)
        let (state, stateError) = Self.state(parameters)
        if let stateError { throw stateError }
        let target = ResponseTarget(client: client, redirectURI: redirect, mode: wanted.mode, state: state)
        _ = try await request(RequestObjects.Asked(parameters: parameters), try wanted.type(for: client), target)
        return parameters
    }

    /// Throws where `client` has to push its requests, and did not.
    static func requirePush(of client: Client) throws(OAuthError) {
        guard client.mustPush else { return }
        throw OAuthError(
            .invalidRequest,
            "the application must push its requests (RFC 9126), and this one came by browser",
            FailedCheck("request_uri", expected: "the name of a pushed request", seen: "a plain request")
        )
    }
}

extension Client {
    /// Whether it may send people here at all.
    var sendsPeople: Bool { !grants.isDisjoint(with: ResponseType.grants) }

    /// Whether it may send people here with a pushed request alone.
    var mustPush: Bool { metadata.requiresPushedRequests || policy.requiresPushedRequests }
}
