package import JOSE

/// The name of a request parameter: a literal of ours, so that it may appear in a reply.
package struct ParameterName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String

    package init(stringLiteral value: StaticString) {
        description = value.description
    }

    /// A case of an enumeration of ours.
    package init(_ name: some RawRepresentable<String> & CaseIterable) {
        description = name.rawValue
    }
}

extension ParameterName {
    package static let grantType: ParameterName = "grant_type"
    package static let scope: ParameterName = "scope"
    package static let clientID: ParameterName = "client_id"
    package static let clientSecret: ParameterName = "client_secret"
    package static let clientAssertion: ParameterName = "client_assertion"
    package static let clientAssertionType: ParameterName = "client_assertion_type"
    package static let publicKey: ParameterName = "public_key"
    package static let challenge: ParameterName = "challenge"
    package static let token: ParameterName = "token"

    // RFC 6749 §4.1, RFC 7636, OIDC Core §3.1.2.1, RFC 9101, RFC 9207
    package static let responseType: ParameterName = "response_type"
    package static let responseMode: ParameterName = "response_mode"
    package static let redirectURI: ParameterName = "redirect_uri"
    package static let state: ParameterName = "state"
    package static let nonce: ParameterName = "nonce"
    package static let code: ParameterName = "code"
    package static let codeVerifier: ParameterName = "code_verifier"
    package static let codeChallenge: ParameterName = "code_challenge"
    package static let codeChallengeMethod: ParameterName = "code_challenge_method"
    package static let prompt: ParameterName = "prompt"
    package static let maxAge: ParameterName = "max_age"
    package static let loginHint: ParameterName = "login_hint"
    package static let idTokenHint: ParameterName = "id_token_hint"
    package static let postLogoutRedirectURI: ParameterName = "post_logout_redirect_uri"
    package static let display: ParameterName = "display"
    package static let acrValues: ParameterName = "acr_values"
    package static let claims: ParameterName = "claims"
    package static let request: ParameterName = "request"
    package static let requestURI: ParameterName = "request_uri"
    package static let refreshToken: ParameterName = "refresh_token"

    // RFC 8707
    package static let resource: ParameterName = "resource"
}

/// The parameters of one request, from a form (RFC 6749 appendix B) or a JSON object with the same names.
///
/// A parameter without a value counts as omitted (RFC 6749 §3.1); a repeated one is refused, but for `resource`, which may be there
/// several times (RFC 8707 §2).
package struct Parameters: Sendable {
    private var values: [String: String] = [:]
    /// The values of `resource`, in order.
    private var resources: [String] = []
    /// Members of a JSON body whose value was not a string; refused only when somebody asks for them.
    private var mistyped: Set<String> = []
    /// Names that were there more than once, in order.
    private var repeated: [String] = []

    /// The most parameters that one request may carry.
    package static let limit = 64

    package static let none = Parameters()

    private init() {}

    /// Reads `application/x-www-form-urlencoded` bytes. Throws `invalid_request` for a repeated name, a broken
    /// escape, bytes that are not UTF-8, and more than `limit` parameters.
    package init(form body: [UInt8]) throws(OAuthError) {
        try self.init(keepingRepeatedOf: body)
        try refuseRepeated()
    }

    /// The same, where it depends on the parameter who is told of a repeated one: it is refused when somebody asks for it, and any by
    /// `refuseRepeated`.
    package init(keepingRepeatedOf form: [UInt8]) throws(OAuthError) {
        for (name, value) in try FormDecoder.pairs(in: form, limit: Self.limit) {
            if name == ParameterName.resource.description {
                if !value.isEmpty { resources.append(value) }
            } else if values.updateValue(value, forKey: name) != nil {
                repeated.append(name)
            }
        }
    }

    /// Throws `invalid_request` where a name was there more than once (RFC 6749 §3.1).
    package func refuseRepeated() throws(OAuthError) {
        guard let name = repeated.first else { return }
        throw OAuthError(
            .invalidRequest,
            "a parameter is repeated",
            FailedCheck("parameters", expected: "each name once", seen: "\(FailedCheck.excerpt(name)) twice")
        )
    }

    /// Takes the members of a JSON object as parameters. Throws `invalid_request` for more than `limit` members.
    package init(json: JSONObject) throws(OAuthError) {
        guard json.names.count <= Self.limit else { throw FormDecoder.tooMany(json.names.count) }
        for name in json.names {
            if name == ParameterName.resource.description, let several = json[name]?.stringsValue {
                resources = several.filter { !$0.isEmpty }
                continue
            }
            switch json[name] {
            case .string(let value) where name == ParameterName.resource.description:
                if !value.isEmpty { resources = [value] }
            case .string(let value): values[name] = value
            case .null, nil: continue
            default: mistyped.insert(name)
            }
        }
    }

    /// Takes the members of a request object as parameters (RFC 9101 §4): strings as they are, integers and objects as their text, null
    /// and empty ones as omitted. Throws `invalid_request` for more than `limit` members.
    package init(requestObject object: JSONObject) throws(OAuthError) {
        var texts = JSONObject()
        for name in object.names {
            switch object[name] {
            case .string(""): continue
            case .integer(let value): texts[name] = .string(String(value))
            case .object(let value): texts[name] = .string(String(decoding: value.encoded(), as: UTF8.self))
            case let value: texts[name] = value
            }
        }
        try self.init(json: texts)
    }

    /// These, and those of `others` that are not among them.
    package func supplemented(by others: Parameters) -> Parameters {
        var all = self
        all.values.merge(others.values.filter { !mistyped.contains($0.key) }) { own, _ in own }
        if resources.isEmpty, !mistyped.contains(ParameterName.resource.description) {
            all.resources = others.resources
        }
        return all
    }

    /// These, with `value` for `name`.
    package func setting(_ name: ParameterName, to value: String) -> Parameters {
        var changed = removing([name])
        changed.values[name.description] = value
        return changed
    }

    /// These without those of `names`.
    package func removing(_ names: [ParameterName]) -> Parameters {
        var rest = self
        for name in names {
            rest.values[name.description] = nil
            rest.mistyped.remove(name.description)
            rest.repeated.removeAll { $0 == name.description }
            if name == .resource { rest.resources = [] }
        }
        return rest
    }

    /// As `init(json:)` reads them back, in the order of their names, without those that are empty or of a wrong type.
    package var json: JSONObject {
        var json = JSONObject()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where !value.isEmpty { json[name] = .string(value) }
        if !resources.isEmpty { json[ParameterName.resource.description] = .strings(resources) }
        return json
    }

    /// The value of `name`, or nil when it is omitted or empty. Throws `invalid_request` when it is not a string, or there twice.
    package func optional(_ name: ParameterName) throws(OAuthError) -> String? {
        if repeated.contains(name.description) { try refuseRepeated() }
        if mistyped.contains(name.description) {
            throw OAuthError(
                .invalidRequest,
                "\(name) must be a string",
                FailedCheck("parameters", expected: "\(name) as a string", seen: "another JSON type")
            )
        }
        guard let value = values[name.description], !value.isEmpty else { return nil }
        return value
    }

    /// The values of `resource`, in order; empty when it is omitted. Throws `invalid_request` when it is neither a string nor strings.
    package func allResources() throws(OAuthError) -> [String] {
        _ = try optional(.resource)
        return resources
    }

    /// The value of `name`. Throws `invalid_request` when it is omitted, empty or not a string.
    package func required(_ name: ParameterName) throws(OAuthError) -> String {
        if let value = try optional(name) { return value }
        throw OAuthError(
            .invalidRequest,
            "\(name) is missing",
            FailedCheck("parameters", expected: "\(name)", seen: "absent or empty")
        )
    }
}
