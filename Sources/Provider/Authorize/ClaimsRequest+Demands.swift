import JOSE
import OAuth

// What a request demands of who signs in, and how.
extension ClaimsRequest {
    /// Throws `unmet_authentication_requirements` where the demanded authentication contexts are none of this server's.
    func demandAuthentication() throws(OAuthError) {
        guard let essentialACRs, !essentialACRs.contains(IDToken.acr) else { return }
        throw OAuthError(
            .unmetAuthenticationRequirements,
            "no person can be authenticated as the essential acr of \(.claims) demands",
            FailedCheck("acr", expected: IDToken.acr, seen: FailedCheck.excerpt(essentialACRs.joined(separator: " ")))
        )
    }

    /// The `sub` that alone may answer a request whose `id_token_hint` has `hinted`; nil where everybody may. Throws `invalid_request`
    /// where those are two.
    func expectedSubject(beside hinted: String?) throws(OAuthError) -> String? {
        guard let subject, let hinted else { return subject ?? hinted }
        guard subject.hasSameBytes(as: hinted) else {
            throw OAuthError(
                .invalidRequest,
                "\(.claims) and \(.idTokenHint) are about two persons",
                FailedCheck("claims", expected: "the sub of id_token_hint", seen: "another")
            )
        }
        return subject
    }
}

extension OAuthError.Code {
    /// OpenID Connect Core Error Code unmet_authentication_requirements §2.
    static let unmetAuthenticationRequirements = Self("unmet_authentication_requirements", status: 400)
}
