package import JOSE
package import OAuth

/// The step that an authorization request needs next.
package enum Interaction: Sendable {
    /// The person must sign in, though there may be a session: `isAgain` tells that there is one.
    case signIn(AuthorizationRequest, isAgain: Bool)
    /// The person must say as which of the accounts in the browser.
    case chooseAccount(AuthorizationRequest)
    /// The person must allow `scope`, those parts of the request's that were not allowed before.
    case consent(AuthorizationRequest, scope: Scope)
    /// Nothing more is needed: a code, tokens, or an error.
    case respond(AuthorizationResponse)
}

/// What is known of the person at the browser.
package struct BrowserState: Sendable {
    /// The session that the request would be answered from, or nil when nobody is signed in.
    package let live: LiveSession?
    /// Whether the person chose that session for this very request.
    package let isChosen: Bool
    /// Whether anybody is signed in at the browser, be it as another account.
    package let hasAccounts: Bool
    /// When the dialogue of this request began: what the person did since then was done for it.
    package let dialogueStart: Timestamp
    /// Whether the person allowed this very request, just now.
    package let hasConsented: Bool

    package init(
        live: LiveSession?,
        isChosen: Bool = false,
        hasAccounts: Bool,
        dialogueStart: Timestamp,
        hasConsented: Bool = false
    ) {
        self.live = live
        self.isChosen = isChosen
        self.hasAccounts = hasAccounts
        self.dialogueStart = dialogueStart
        self.hasConsented = hasConsented
    }

    /// Whether the person signed in since the dialogue began.
    var isFresh: Bool { live.map { $0.session.authenticatedAt >= dialogueStart } ?? false }
}

extension AuthorizationRequest {
    /// Whether the person has still to choose an account: `prompt=select_account` is met by a choice or a sign-in in its dialogue; and
    /// where accounts wait in the browser but none is in use, it is the person's to say who it is.
    func needsChoice(_ state: BrowserState) -> Bool {
        guard state.hasAccounts, !state.isChosen, !state.isFresh, !prompt.contains(.none) else { return false }
        return prompt.contains(.selectAccount) || (state.live == nil && expectedSubject == nil)
    }

    /// Whether the person signed in for this request, or chose an account for it, that is not the one which the client expects: asked
    /// again they could only do the same (OIDC Core §3.1.2.1, `id_token_hint`).
    func isAnsweredByAnother(_ state: BrowserState) -> Bool {
        guard let expectedSubject, let live = state.live, live.subject.id != expectedSubject else { return false }
        return state.isFresh || state.isChosen
    }

    /// Whether `live` is good for this request without signing in (again), for `prompt`, `max_age` and `id_token_hint`.
    func accepts(_ live: LiveSession, _ state: BrowserState, at now: Timestamp) -> Bool {
        let signedInAt = live.session.authenticatedAt
        let isFresh = state.isFresh
        if let expectedSubject, live.subject.id != expectedSubject { return false }
        if prompt.contains(.login), !isFresh { return false }
        if let maximumAge, !isFresh, now.seconds - signedInAt.seconds > maximumAge { return false }
        // Zero asks for a sign-in whatever the clock says (OIDC Core §3.1.2.1).
        if maximumAge == 0, !isFresh { return false }
        return true
    }
}
