import Cryptography
import JOSE
package import OAuth

/// What is wrong with an authorization request, and who is told.
package enum AuthorizationFailure: Error {
    /// There is nowhere to send the browser: the person is shown a page.
    case page(OAuthError)
    /// The client is told.
    case response(AuthorizationResponse)
}

/// The checks of an authorization request, from top to bottom.
struct AuthorizationChecks: Sendable {
    let clients: ClientDirectory
    let settings: Settings
    let hints: IDTokenHints
    let names: SubjectNames
    let audiences: Audiences
    let objects: RequestObjects
    let pushes: PushedRequests

    /// The request in `parameters`, of which some may be repeated, which came from `network`; `start` is when its dialogue began. Throws `AuthorizationFailure` and
    /// what the stores throw.
    func run(_ parameters: Parameters, start: Timestamp, from network: String) async throws -> AuthorizationRequest {
        // 1. Who asks, and for what: a request object may say otherwise than what came with it.
        let client: Client
        do {
            client = try await self.client(parameters, network)
        } catch let error as OAuthError {
            throw AuthorizationFailure.page(error)
        }
        var asked = RequestObjects.Asked(parameters: parameters)
        var objectError: OAuthError?
        do {
            asked = try await opened(parameters, by: client) ?? asked
            if asked.pushed == nil {
                asked = try await objects.asked(parameters, by: client, start: start)
                try Self.requirePush(of: client)
            } else {
                try RequestObjects.checkExclusion(parameters)
            }
        } catch let error as OAuthError {
            objectError = error
        }

        // 2. Where the answer may go. Until this is known an error is a page.
        let redirect: String
        do throws(OAuthError) {
            redirect = try Self.redirectURI(asked.parameters, client)
        } catch {
            throw AuthorizationFailure.page(objectError ?? error)
        }
        let wanted = RequestedResponse(asked.parameters, settings)
        let (state, stateError) = Self.state(asked.parameters)
        let target = ResponseTarget(client: client, redirectURI: redirect, mode: wanted.mode, state: state)

        // 3. From here on errors go to the client.
        do {
            if let error = objectError ?? stateError { throw error }
            try parameters.refuseRepeated()
            return try await request(asked, try wanted.type(for: client), target)
        } catch let error as OAuthError {
            throw AuthorizationFailure.response(AuthorizationResponse(error, to: target, issuer: settings.issuer))
        }
    }

    /// The pushed request that `parameters` name; then nothing else in them counts. nil where they name none.
    private func opened(_ parameters: Parameters, by client: Client) async throws -> RequestObjects.Asked? {
        guard let reference = try? parameters.optional(.requestURI), PushedRequests.isName(reference) else {
            return nil
        }
        do {
            return try await pushes.open(reference, by: client)
        } catch let error as OAuthError {
            throw AuthorizationFailure.page(error)
        }
    }

    func request(
        _ asked: RequestObjects.Asked,
        _ type: ResponseType,
        _ target: ResponseTarget
    ) async throws -> AuthorizationRequest {
        let (client, parameters) = (target.client, asked.parameters)
        // What comes by the browser may have been taken from another answer (OIDC Core §3.2.2.1).
        if type.isImplicit { _ = try parameters.required(.nonce) }
        let claims =
            try parameters.optional(.claims).map { text throws(OAuthError) in try ClaimsRequest(text) } ?? .init()
        try claims.demandAuthentication()
        let hinted = try parameters.optional(.idTokenHint).map { hint throws(OAuthError) in
            try hints.subject(of: hint, for: client)
        }
        let maximumAge = try Self.maximumAge(parameters) ?? client.metadata.defaultMaximumAge
        let scope = try type.narrowed(Self.scope(parameters, client))
        return AuthorizationRequest(
            target: target,
            responseType: type,
            scope: scope,
            nonce: try Self.bounded(parameters, .nonce, 1024),
            codeChallenge: type == .code ? try Self.codeChallenge(parameters, client) : nil,
            prompt: try Self.prompt(parameters),
            maximumAge: maximumAge,
            loginHint: try Self.bounded(parameters, .loginHint, 256),
            expectedSubject: try claims.expectedSubject(beside: hinted).map {
                names.subject(named: Subject.ID($0), for: client)
            },
            acrValues: try parameters.optional(.acrValues)?.split(separator: " ").prefix(16).map(String.init)
                ?? client.metadata.defaultACRs,
            interfaceLanguages: try parameters.interfaceLanguages,
            claims: claims,
            resources: try await audiences.resources(in: parameters, scope: scope),
            fetchedObject: asked.fetched,
            pushed: asked.pushed
        )
    }

    private func client(_ parameters: Parameters, _ network: String) async throws -> Client {
        let id = Client.ID(try parameters.required(.clientID))
        guard let client = try await clients.client(id, from: network), client.sendsPeople else {
            throw OAuthError(
                .invalidClient,
                "the application is not known here, or may not send people to sign in",
                FailedCheck("client_id", expected: "a registered client", seen: FailedCheck.excerpt(id.description))
            )
        }
        return client
    }

    /// Byte for byte, and named in the request whatever the number of registered ones (OIDC Core §3.1.2.1).
    static func redirectURI(_ parameters: Parameters, _ client: Client) throws(OAuthError) -> String {
        let presented = try parameters.required(.redirectURI)
        guard client.metadata.redirectURIs.contains(where: { $0.matches(presented) }) else {
            throw OAuthError(
                .invalidRequest,
                "\(.redirectURI) is not one that the application registered",
                FailedCheck(
                    "redirect_uri",
                    expected: client.metadata.redirectURIs.map(\.description).joined(separator: ", "),
                    seen: FailedCheck.excerpt(presented)
                )
            )
        }
        return presented
    }

    /// The state, and an error to send without it where it would not come back as it is: a browser changes the ends of lines in a form.
    static func state(_ parameters: Parameters) -> (String?, OAuthError?) {
        do throws(OAuthError) {
            guard let state = try parameters.optional(.state) else { return (nil, nil) }
            guard !state.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw invalid(.state, "no control characters", "some")
            }
            return (state, nil)
        } catch {
            return (nil, error)
        }
    }

    private static func scope(_ parameters: Parameters, _ client: Client) throws(OAuthError) -> Scope {
        guard let text = try parameters.optional(.scope) else { return client.scope }
        let scope = try Scope(text).narrowed(to: client.scope)
        guard !scope.isEmpty else {
            throw OAuthError(
                .invalidScope,
                "the client may have none of the scope that it asked for",
                FailedCheck("scope", expected: "some of: \(client.scope)", seen: FailedCheck.excerpt(text))
            )
        }
        return scope
    }

    /// S256 alone; public clients must send one (RFC 9700 §2.1.1).
    private static func codeChallenge(_ parameters: Parameters, _ client: Client) throws(OAuthError) -> String? {
        let method = try parameters.optional(.codeChallengeMethod)
        guard let challenge = try parameters.optional(.codeChallenge) else {
            if method != nil { throw invalid(.codeChallenge, "a challenge beside the method", "none") }
            guard client.authentication != .none else {
                throw invalid(.codeChallenge, "one, for a client that proves nothing else", "none")
            }
            guard !client.policy.requiresPKCE else {
                throw OAuthError(
                    .invalidRequest,
                    "\(.codeChallenge) is missing: this client must send one, with S256",
                    FailedCheck("code_challenge", expected: "one, by the client's policy", seen: "none")
                )
            }
            return nil
        }
        guard method == "S256" else { throw invalid(.codeChallengeMethod, "S256", method ?? "none, which means plain") }
        guard let digest = Base64URL.decode(challenge), digest.count == 32 else {
            throw invalid(.codeChallenge, "32 bytes in base64url", challenge)
        }
        return challenge
    }

    private static func prompt(_ parameters: Parameters) throws(OAuthError) -> Set<AuthorizationRequest.Prompt> {
        guard let text = try parameters.optional(.prompt) else { return [] }
        var prompts: Set<AuthorizationRequest.Prompt> = []
        for name in text.split(separator: " ") {
            guard let prompt = AuthorizationRequest.Prompt(rawValue: String(name)) else {
                throw invalid(.prompt, "none, login, consent, select_account or create", String(name))
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.none) || prompts.count == 1 else { throw invalid(.prompt, "none alone", text) }
        return prompts
    }

    private static func maximumAge(_ parameters: Parameters) throws(OAuthError) -> Int64? {
        guard let text = try parameters.optional(.maxAge) else { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let age = Int64(text) else {
            throw invalid(.maxAge, "a number of seconds", text)
        }
        return age
    }

    private static func bounded(
        _ parameters: Parameters,
        _ name: ParameterName,
        _ limit: Int
    ) throws(OAuthError) -> String? {
        guard let text = try parameters.optional(name) else { return nil }
        guard text.utf8.count <= limit else { throw invalid(name, "at most \(limit) bytes", "\(text.utf8.count)") }
        return text
    }

    static func invalid(_ name: ParameterName, _ expected: String, _ seen: String) -> OAuthError {
        OAuthError(
            .invalidRequest,
            "\(name) is not as it must be",
            FailedCheck("\(name)", expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}

extension OAuthError.Code {
    /// RFC 6749 §4.1.2.1.
    package static let unsupportedResponseType = Self("unsupported_response_type", status: 400)
    package static let accessDenied = Self("access_denied", status: 403)
    /// OIDC Core §3.1.2.6.
    package static let loginRequired = Self("login_required", status: 400)
    package static let consentRequired = Self("consent_required", status: 400)
    package static let accountSelectionRequired = Self("account_selection_required", status: 400)
}
