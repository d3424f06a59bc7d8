package import JOSE
package import OAuth

/// The authorization endpoint (RFC 6749 §3.1): decides, again and again from what is stored, what a request needs next.
package struct AuthorizationEndpoint: Sendable {
    private let dependencies: Dependencies
    private let checks: AuthorizationChecks
    private let codes: AuthorizationCodes
    private let implicit: ImplicitFlow
    private let pushes: PushedRequests

    init(
        _ dependencies: Dependencies,
        checks: AuthorizationChecks,
        codes: AuthorizationCodes,
        implicit: ImplicitFlow
    ) {
        self.dependencies = dependencies
        self.checks = checks
        self.codes = codes
        self.implicit = implicit
        pushes = checks.pushes
    }

    /// The request in `parameters`, which came from `network`; `start` is when its dialogue began. Throws `AuthorizationFailure` and
    /// what the stores throw.
    package func request(
        _ parameters: Parameters,
        start: Timestamp,
        from network: String
    ) async throws -> AuthorizationRequest {
        try await checks.run(parameters, start: start, from: network)
    }

    /// The next step of `request` for the person that `state` tells of. Throws what the stores throw, and `AuthorizationFailure` where the
    /// client was answered before.
    package func next(_ request: AuthorizationRequest, _ state: BrowserState) async throws -> Interaction {
        let now = dependencies.now()
        let isSilent = request.prompt.contains(.none)
        if request.needsChoice(state) { return .chooseAccount(request) }
        if request.isAnsweredByAnother(state) {
            return try await refuse(
                request,
                .loginRequired,
                "the person is not the one whom the request is about",
                "that person"
            )
        }
        guard let live = state.live, live.subject.isActive, request.accepts(live, state, at: now) else {
            return isSilent
                ? try await refuse(
                    request,
                    .loginRequired,
                    "the person must sign in",
                    "a session that fits the request"
                ) : .signIn(request, isAgain: state.live != nil)
        }
        if !state.hasConsented {
            if let missing = try await scopeToAllow(request, live.subject.id) {
                return isSilent
                    ? try await refuse(request, .consentRequired, "the person must allow this", "an earlier consent")
                    : .consent(request, scope: missing.isEmpty ? request.scope : missing)
            }
        }
        try await complete(request)
        if request.responseType.isImplicit { return .respond(try await implicit.answer(request, live, at: now)) }
        let code = try await codes.issue(for: request, live, at: now)
        return .respond(AuthorizationResponse(code: code, to: request.target, issuer: dependencies.settings.issuer))
    }

    /// What people are told that scopes of the operator's own mean, by token.
    package func words(of scope: Scope) async throws -> [String: String] {
        try await dependencies.resources.words(of: scope)
    }

    /// Remembers that the person allowed `request`. Throws what the store throws.
    package func allow(_ request: AuthorizationRequest, by subject: Subject.ID) async throws {
        try await dependencies.consents.allow(
            request.scope,
            at: request.resources.map(\.id),
            of: subject,
            to: request.client.id,
            now: dependencies.now()
        )
    }

    /// The answer when the person does not allow it. Throws as `next`.
    package func deny(_ request: AuthorizationRequest) async throws -> AuthorizationResponse {
        try await complete(request)
        return AuthorizationResponse(
            OAuthError(
                .accessDenied,
                "the person did not allow this",
                FailedCheck("consent", expected: "given", seen: "denied")
            ),
            to: request.target,
            issuer: dependencies.settings.issuer
        )
    }

    /// What the person must be asked for, empty for nothing new; nil where nobody need be asked.
    private func scopeToAllow(_ request: AuthorizationRequest, _ subject: Subject.ID) async throws -> Scope? {
        // Nothing tells one program on a person's machine from another that uses its name (RFC 8252 §8.6).
        guard request.client.authentication != .none || request.target.redirectURI.hasPrefix("https:") else {
            return request.scope
        }
        // Whoever holds that host now may not be who was allowed something.
        if request.client.documentHost != nil { return request.scope }
        if request.client.policy.skipsConsent { return request.prompt.contains(.consent) ? request.scope : nil }
        let allowed = try await dependencies.consents.consent(of: subject, to: request.client.id)
        guard request.resources.allSatisfy({ allowed?.resources.contains($0.id) == true }) else { return request.scope }
        let missing = request.scope.tokens.filter { allowed?.scope.contains($0) != true }
        return missing.isEmpty && !request.prompt.contains(.consent) ? nil : Scope(tokens: missing)
    }

    private func refuse(
        _ request: AuthorizationRequest,
        _ code: OAuthError.Code,
        _ description: WireText,
        _ expected: String
    ) async throws -> Interaction {
        try await complete(request)
        let error = OAuthError(code, description, FailedCheck("the person", expected: expected, seen: "none"))
        return .respond(AuthorizationResponse(error, to: request.target, issuer: dependencies.settings.issuer))
    }

    /// A pushed request has one answer, whatever that is (RFC 9126 §4).
    private func complete(_ request: AuthorizationRequest) async throws {
        guard let pushed = request.pushed else { return }
        do {
            try await pushes.complete(pushed)
        } catch let error as OAuthError {
            throw AuthorizationFailure.page(error)
        }
    }
}
