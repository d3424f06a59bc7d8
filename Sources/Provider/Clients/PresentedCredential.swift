import HTTPTypes
import JOSE
import OAuth

/// What a request offers as proof of its client, before anything is believed.
enum PresentedCredential {
    case secret(Client.ID, String, ClientAuthenticationMethod)
    case assertion(PresentedAssertion)
    /// Nothing but its name: a public client (RFC 6749 §3.2.1).
    case name(Client.ID)

    /// Finds the one method that the request uses (RFC 6749 §2.3). Throws `invalid_request` for two methods at once,
    /// `invalid_client` for none.
    init(_ request: EndpointRequest, _ parameters: Parameters) throws(OAuthError) {
        // Also those that the method found below has no use for: what is sent must be of the type that it has to be.
        for name in [ParameterName.clientID, .publicKey, .challenge] { _ = try parameters.optional(name) }
        let assertion = try parameters.optional(.clientAssertion)
        let type = try parameters.optional(.clientAssertionType)
        let secret = try parameters.optional(.clientSecret)
        let header = request.value(of: .authorization)
        let offered = [header != nil, assertion != nil || type != nil, secret != nil].count { $0 }
        guard offered <= 1 else {
            throw OAuthError(
                .invalidRequest,
                "only one method of client authentication may be used",
                FailedCheck("authentication method", expected: "one", seen: "\(offered)")
            )
        }
        if let header {
            self = try Self.basic(header, parameters)
        } else if assertion != nil || type != nil {
            self = .assertion(try PresentedAssertion(parameters))
        } else if let secret {
            self = .secret(Client.ID(try parameters.required(.clientID)), secret, .clientSecretPost)
        } else if try parameters.optional(.publicKey) != nil {
            throw OAuthError(
                .invalidRequest,
                "\(.clientAssertion) is missing",
                FailedCheck("parameters", expected: "client_assertion", seen: "public_key alone")
            )
        } else if let id = try parameters.optional(.clientID) {
            self = .name(Client.ID(id))
        } else {
            throw OAuthError(
                .invalidClient,
                "client authentication is missing",
                FailedCheck("authentication method", expected: "one", seen: "none")
            )
        }
    }

    /// The client that the request claims to be. Throws `invalid_request`, `invalid_client`.
    func clientID() throws(OAuthError) -> Client.ID {
        switch self {
        case .secret(let id, _, _), .name(let id): id
        case .assertion(let assertion): try assertion.clientID()
        }
    }

    /// RFC 6749 §2.3.1: both halves are form-encoded before they are joined by a colon.
    private static func basic(_ header: String, _ parameters: Parameters) throws(OAuthError) -> Self {
        guard let credentials = BasicCredentials(header) else {
            throw OAuthError(
                .invalidClient,
                "the Authorization header is not HTTP Basic",
                FailedCheck("Authorization", expected: "Basic credentials", seen: "something else")
            ).offeringBasic
        }
        if let named = try parameters.optional(.clientID), named != credentials.clientID {
            throw OAuthError(
                .invalidRequest,
                "\(.clientID) is not the one in the Authorization header",
                FailedCheck(
                    "client_id",
                    expected: FailedCheck.excerpt(credentials.clientID),
                    seen: FailedCheck.excerpt(named)
                )
            )
        }
        return .secret(Client.ID(credentials.clientID), credentials.secret, .clientSecretBasic)
    }
}
