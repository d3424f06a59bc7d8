import JOSE
import OAuth

/// How a request wants to be answered. Known before anything else of it is looked at, since errors travel likewise.
struct RequestedResponse {
    /// By what the type asks for, whether or not the rest is good: what may be a token is never put into a query (OAuth Multiple Response
    /// Types §3.0, §5).
    let mode: ResponseMode
    private let parameters: Parameters
    private let settings: Settings
    private let modeError: OAuthError?

    init(_ parameters: Parameters, _ settings: Settings) {
        (self.parameters, self.settings) = (parameters, settings)
        let words = ((try? parameters.optional(.responseType)) ?? nil)?.split(separator: " ") ?? []
        let isOfTokens = settings.servesImplicitFlow && (words.contains("id_token") || words.contains("token"))
        let standard: ResponseMode = isOfTokens ? .fragment : .query
        do throws(OAuthError) {
            mode = try Self.mode(parameters, standard) ?? standard
            modeError = nil
        } catch {
            (mode, modeError) = (standard, error)
        }
    }

    private static func mode(_ parameters: Parameters, _ standard: ResponseMode) throws(OAuthError) -> ResponseMode? {
        guard let name = try parameters.optional(.responseMode) else { return nil }
        guard let mode = ResponseMode(rawValue: name), mode == standard || mode == .formPost else {
            let expected = "\(standard.rawValue) or \(ResponseMode.formPost.rawValue)"
            throw AuthorizationChecks.invalid(.responseMode, expected, name)
        }
        return mode
    }

    /// What `client` gets. Throws what is wrong with mode or type: `invalid_request`, `unsupported_response_type`, and
    /// `unauthorized_client` for a type that it did not register, or that gives it tokens though it must send a `code_challenge`.
    func type(for client: Client) throws(OAuthError) -> ResponseType {
        if let modeError { throw modeError }
        let value = try parameters.required(.responseType)
        guard let type = ResponseType(value), settings.responseTypes.contains(type) else {
            throw OAuthError(
                .unsupportedResponseType,
                "\(.responseType) is not one of response_types_supported",
                FailedCheck("response_type", expected: settings.typeNames, seen: FailedCheck.excerpt(value))
            )
        }
        let isRegistered = client.metadata.responseTypes.contains(type) && client.grants.contains(type.grant)
        guard isRegistered, !type.isImplicit || !client.policy.requiresPKCE else {
            throw OAuthError(
                .unauthorizedClient,
                "\(.responseType) is not one that the client registered and may use",
                FailedCheck(
                    "response_type",
                    expected: ResponseType.names(client.metadata.responseTypes).joined(separator: ", "),
                    seen: client.policy.requiresPKCE ? "\(value), of a client that must send a code_challenge" : value
                )
            )
        }
        return type
    }
}

extension Settings {
    /// How answers may travel.
    var responseModes: [ResponseMode] {
        servesImplicitFlow ? ResponseMode.allCases : ResponseMode.allCases.filter { $0 != .fragment }
    }

    fileprivate var typeNames: String { responseTypes.map(\.rawValue).joined(separator: ", ") }
}
