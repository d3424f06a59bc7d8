import JOSE
package import Logging
package import OAuth

/// What a client, or a person, asks for who wants to be signed out, every parameter validated (RP-Initiated Logout §2).
package struct LogoutRequest: Sendable {
    /// Where the browser is sent afterwards, `state` included; nil for nowhere.
    package let location: String?
    let hint: IDTokenHints.Hint?
    /// The languages that pages should be in, the best first (`ui_locales`).
    package let interfaceLanguages: [String]

    /// Whether the ID token of the request is about the account of `live` and tells no session: then nobody need be asked. One that tells
    /// another session, of another browser or long over, proves nothing of what the person here wants.
    package func names(_ live: LiveSession) -> Bool {
        hint.map { $0.session == nil && $0.subject == live.subject.id.description } ?? false
    }
}

/// The checks of a logout request, and the end of sessions that it brings (RP-Initiated Logout §3).
package struct LogoutEndpoint: Sendable {
    private let dependencies: Dependencies
    private let hints: IDTokenHints
    private let names: SubjectNames
    private let sessions: Sessions

    init(_ dependencies: Dependencies, sessions: Sessions) {
        self.dependencies = dependencies
        self.sessions = sessions
        hints = IDTokenHints(dependencies: dependencies)
        names = SubjectNames(dependencies)
    }

    /// The request in `parameters`. Throws `invalid_request`, which a page tells: an address that was not registered by a client that
    /// proved itself by one of our ID tokens is never gone to.
    package func request(_ parameters: Parameters) async throws -> LogoutRequest {
        let hint = try await hint(parameters)
        if let named = try parameters.optional(.clientID), let hint, hint.client.description != named {
            throw Self.refused(.clientID, "the client of id_token_hint", named)
        }
        let languages = try parameters.interfaceLanguages
        guard let address = try parameters.optional(.postLogoutRedirectURI) else {
            return LogoutRequest(location: nil, hint: hint, interfaceLanguages: languages)
        }
        guard let hint else { throw Self.refused(.idTokenHint, "one, beside post_logout_redirect_uri", "none") }
        guard let client = try await dependencies.clients.client(hint.client),
            client.metadata.postLogoutRedirectURIs.contains(where: { $0.matches(address) })
        else { throw Self.refused(.postLogoutRedirectURI, "one that the application registered", address) }
        let state = try parameters.optional(.state).map { "state=" + PercentEncoding.encode($0) }
        let mark = address.contains("?") ? "&" : "?"
        return LogoutRequest(
            location: address + (state.map { mark + $0 } ?? ""),
            hint: hint,
            interfaceLanguages: languages
        )
    }

    /// The hint of the request, its subject the account.
    private func hint(_ parameters: Parameters) async throws -> IDTokenHints.Hint? {
        guard let text = try parameters.optional(.idTokenHint) else { return nil }
        let hint = try hints.read(text)
        guard let client = try await dependencies.clients.client(hint.client) else { return hint }
        let subject = names.subject(named: Subject.ID(hint.subject), for: client)
        return IDTokenHints.Hint(subject: subject.description, client: hint.client, session: hint.session)
    }

    /// The browser's session that the request's ID token came of, if that is known still.
    package func browser(of request: LogoutRequest) async throws -> Session.ID? {
        guard let session = request.hint?.session else { return nil }
        return try await dependencies.sessions.session(session, at: dependencies.now())?.session.grant?.browser
    }

    /// Ends a browser's session and those in clients that began in it. Gives the addresses that the browser has to load for clients to
    /// hear of it (OIDC Front-Channel Logout §2); the others are told behind its back.
    package func end(_ live: LiveSession) async throws -> [String] {
        let begun = try await dependencies.sessions.clients(ofBrowser: live.session.id, at: dependencies.now())
        var addresses: [String] = []
        for session in begun {
            guard let client = try await dependencies.clients.client(session.client),
                let address = client.metadata.frontChannelLogoutURI?.description
            else { continue }
            let pairs = "iss=\(PercentEncoding.encode(dependencies.settings.issuer))&sid=\(session.id)"
            addresses.append(address + (address.contains("?") ? "&" : "?") + pairs)
        }
        try await sessions.end(live.session.id, of: live.subject.id)
        return addresses
    }

    /// Tells clients of the ends of sessions in them, as `notices` has them.
    package func dispatcher(
        of notices: any LogoutNoticeStore,
        carrier: any LogoutCarrier,
        logger: Logger
    ) -> LogoutDispatcher {
        LogoutDispatcher(dependencies, notices: notices, carrier: carrier, logger: logger)
    }

    private static func refused(_ name: ParameterName, _ expected: String, _ seen: String) -> OAuthError {
        OAuthError(
            .invalidRequest,
            "\(name) is not as it must be",
            FailedCheck("\(name)", expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}
