package import OAuth

/// Code that serves one `grant_type`: it proves an authorization and neither makes tokens nor replies.
package protocol Grant: Sendable {
    var type: GrantType { get }

    /// The parameters that its requests have beside those of every token request, as the API document shows them. `value` is a
    /// text in the request's form: JSON has null where a form has nothing. Made by `JSONSchema.input`.
    func members(_ value: JSONSchema) -> JSONSchema

    /// What the request is entitled to. Throws `OAuthError`.
    func authorize(_ request: TokenRequest) async throws -> Authorization
}

/// A token request whose client is known (RFC 6749 §4).
package struct TokenRequest: Sendable {
    package let client: Client
    package let parameters: Parameters
}
