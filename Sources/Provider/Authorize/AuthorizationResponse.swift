import JOSE
import OAuth

/// Where the answer to an authorization request goes. Made only of a client and a redirect URI that were verified, so where there is
/// none an error can only be a page.
package struct ResponseTarget: Sendable {
    package let client: Client
    /// The very text of the request.
    package let redirectURI: String
    package let mode: ResponseMode
    /// Echoed as it came; nil when the request had none.
    package let state: String?
}

/// How the answer travels (OAuth Multiple Response Types §2.1, OAuth Form Post Response Mode).
package enum ResponseMode: String, Sendable, CaseIterable {
    case query
    case fragment
    case formPost = "form_post"
}

/// The answer to an authorization request, for the client (RFC 6749 §4.1.2, RFC 9207).
package struct AuthorizationResponse: Sendable {
    package let target: ResponseTarget
    /// In order; `state` and `iss` included.
    package let parameters: [(name: String, value: String)]
    /// Why, where it is a refusal.
    package let refusal: Refusal?

    /// A code.
    init(code: String, to target: ResponseTarget, issuer: String) {
        self.init([("code", code)], to: target, issuer: issuer, refusal: nil)
    }

    /// `tokens`, with the names of a token response (RFC 6749 §4.2.2, OIDC Core §3.2.2.5).
    init(tokens: JSONObject, to target: ResponseTarget, issuer: String) {
        let parameters = tokens.names.compactMap { name in
            switch tokens[name] {
            case .string(let text): (name, text)
            case .integer(let number): (name, "\(number)")
            default: nil
            }
        }
        self.init(parameters, to: target, issuer: issuer, refusal: nil)
    }

    /// An error.
    init(_ error: OAuthError, to target: ResponseTarget, issuer: String) {
        self.init(
            [("error", error.code.name), ("error_description", error.description.description)],
            to: target,
            issuer: issuer,
            refusal: Refusal(error: error.code.name, failed: error.failed)
        )
    }

    private init(
        _ parameters: [(name: String, value: String)],
        to target: ResponseTarget,
        issuer: String,
        refusal: Refusal?
    ) {
        self.target = target
        self.refusal = refusal
        var parameters = parameters
        if let state = target.state { parameters.append(("state", state)) }
        parameters.append(("iss", issuer))
        self.parameters = parameters
    }

    /// The redirect URI with the parameters in its fragment where that is the mode; else in its query, after those that it was
    /// registered with.
    package var location: String {
        let pairs = parameters.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        let mark = target.mode == .fragment ? "#" : target.redirectURI.contains("?") ? "&" : "?"
        return target.redirectURI + mark + pairs
    }
}
