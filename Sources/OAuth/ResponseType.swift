import JOSE

/// What a request asks the authorization endpoint for (RFC 6749 §3.1.1, OAuth Multiple Response Types §3 and §5).
package enum ResponseType: String, Sendable, CaseIterable {
    case code
    /// The two of OpenID Connect's implicit flow (OIDC Core §3.2): an ID token at once, alone or with an access token.
    case idToken = "id_token"
    case idTokenToken = "id_token token"

    /// Reads a value, whose words may come in any order. nil for what is none of these.
    package init?(_ value: String) {
        self.init(
            rawValue: value.split(separator: " ", omittingEmptySubsequences: false).sorted().joined(separator: " ")
        )
    }

    /// What a client registers beside it (RFC 7591 §2.1).
    package var grant: GrantType { self == .code ? .authorizationCode : .implicit }

    /// The grants of those that send people to sign in.
    package static let grants = Set(allCases.map(\.grant))

    package var isImplicit: Bool { grant == .implicit }

    /// Those of `types`, as registrations name them.
    package static func names(_ types: Set<ResponseType>) -> [String] {
        allCases.filter(types.contains).map(\.rawValue)
    }

    /// What of `scope` this leads to: without a code nobody goes on without the person (OIDC Core §11). Throws `invalid_scope` where an
    /// ID token is asked for and none would come.
    package func narrowed(_ scope: Scope) throws(OAuthError) -> Scope {
        guard isImplicit else { return scope }
        guard scope.contains("openid") else {
            throw OAuthError(
                .invalidScope,
                "\(.scope) must have openid, as an ID token is asked for",
                FailedCheck("scope", expected: "openid among it", seen: FailedCheck.excerpt(scope.description))
            )
        }
        return Scope(tokens: scope.tokens.filter { $0 != "offline_access" })
    }
}
