package import JOSE
package import OAuth

/// The step that an authorization request needs next.
package enum Interaction: Sendable {
    /// The person must sign in, though there may be a session: `isAgain` tells that there is one.
    case signIn(AuthorizationRequest, isAgain: Bool)
    /// The person must allow `scope`, those parts of the request's that were not allowed before.
    case consent(AuthorizationRequest, scope: Scope)
    /// Nothing more is needed: a code, or an error.
    case respond(AuthorizationResponse)
}

/// What is known of the person at the browser.
package struct BrowserState: Sendable {
    /// The browser's session, or nil when nobody is signed in.
    package let live: LiveSession?
    /// When the dialogue of this request began: what the person did since then was done for it.
    package let dialogueStart: Timestamp
    /// Whether the person allowed this very request, just now.
    package let hasConsented: Bool

    package init(live: LiveSession?, dialogueStart: Timestamp, hasConsented: Bool = false) {
        self.live = live
        self.dialogueStart = dialogueStart
        self.hasConsented = hasConsented
    }
}

extension AuthorizationRequest {
    /// Whether `session` is good for this request without signing in (again), for `prompt`, `max_age` and `id_token_hint`.
    func accepts(_ live: LiveSession, _ state: BrowserState, at now: Timestamp) -> Bool {
        let signedInAt = live.session.authenticatedAt
        let isFresh = signedInAt >= state.dialogueStart
        if let expectedSubject, live.subject.id != expectedSubject { return false }
        if prompt.contains(.login) || prompt.contains(.selectAccount), !isFresh { return false }
        if let maximumAge, !isFresh, now.seconds - signedInAt.seconds > maximumAge { return false }
        // Zero asks for a sign-in whatever the clock says (OIDC Core §3.1.2.1).
        if maximumAge == 0, !isFresh { return false }
        return true
    }
}
