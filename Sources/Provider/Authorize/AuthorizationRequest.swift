import JOSE
package import OAuth

/// An authorization request, every parameter validated (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1).
package struct AuthorizationRequest: Sendable {
    package let target: ResponseTarget
    let responseType: ResponseType
    package let scope: Scope
    package let nonce: String?
    /// The S256 challenge, or nil where the client need not send one and did not, and where no code is asked for.
    package let codeChallenge: String?
    package let prompt: Set<Prompt>
    /// Seconds; the request's own or the client's default.
    package let maximumAge: Int64?
    package let loginHint: String?
    /// The account that the client expects: the subject of `id_token_hint`, or the `sub` that `claims` has a value for.
    package let expectedSubject: Subject.ID?
    package let acrValues: [String]
    /// The languages that pages should be in, the best first (`ui_locales`).
    package let interfaceLanguages: [String]
    package let claims: ClaimsRequest
    /// What the tokens are to be for; empty for the server alone.
    package let resources: [ProtectedResource]
    /// The request object that was fetched for it: the dialogue goes on with this one, whatever its address has later.
    package let fetchedObject: String?
    /// The pushed request that it came from, which one answer uses up; nil where it came by browser.
    package let pushed: PushedRequest.ID?

    package var client: Client { target.client }

    /// What a client may ask of the dialogue (OIDC Core §3.1.2.1).
    package enum Prompt: String, Sendable {
        case none, login, consent
        case selectAccount = "select_account"
        case create
    }
}

extension Parameters {
    /// The tags of `ui_locales`, as many as anybody can mean.
    var interfaceLanguages: [String] {
        get throws(OAuthError) {
            try optional(.uiLocales)?.split(separator: " ").prefix(16).map { String($0.prefix(64)) } ?? []
        }
    }
}

extension ParameterName {
    static let uiLocales: ParameterName = "ui_locales"
}
