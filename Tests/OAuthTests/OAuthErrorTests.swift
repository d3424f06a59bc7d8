import JOSE
import OAuth
import Testing

struct OAuthErrorTests {
    @Test func `wire text is made of literals and parameter names`() {
        let name = ParameterName.clientAssertion
        let text: WireText = "the \(.scope) of \(name) is wrong"
        #expect(text.description == "the scope of client_assertion is wrong")
        // What is no ParameterName does not compile: WireText has one interpolation.
        #expect(("plain" as WireText).description == "plain")
    }

    @Test(arguments: [
        (OAuthError.Code.invalidRequest, "invalid_request", 400), (.invalidClient, "invalid_client", 401),
        (.invalidGrant, "invalid_grant", 400), (.unauthorizedClient, "unauthorized_client", 400),
        (.unsupportedGrantType, "unsupported_grant_type", 400), (.invalidScope, "invalid_scope", 400),
        (.serverError, "server_error", 500), (.temporarilyUnavailable, "temporarily_unavailable", 503),
        (.tooManyRequests, "temporarily_unavailable", 429), (.contentTooLarge, "invalid_request", 413),
        (.unsupportedMediaType, "invalid_request", 415), (.invalidToken, "invalid_token", 401),
        (.insufficientScope, "insufficient_scope", 403),
    ])
    func `each code has the name and status of its specification`(code: OAuthError.Code, name: String, status: Int) {
        #expect(code.name == name)
        #expect(code.status == status)
    }

    @Test(arguments: ClientAuthenticationMethod.proving)
    func `a method uses an assertion when its name ends in jwt`(method: ClientAuthenticationMethod) {
        #expect(method.usesAssertion == method.rawValue.hasSuffix("_jwt"))
        #expect(ClientAuthenticationMethod(rawValue: method.rawValue) == method)
    }
}
