import JOSE
import OAuth

/// A client assertion as it was sent, parsed but not believed (RFC 7523 §2.2).
struct PresentedAssertion: Sendable {
    let signed: JWS
    let claims: JWTClaims
    /// The challenge that was signed, or nil.
    let challenge: String?
    /// The challenge that the body repeats, or nil.
    let repeatedChallenge: String?
    private let named: String?
    private let publicKey: String?

    /// Throws `invalid_request` when the parameters do not fit together, `invalid_client` when the assertion is no JWT.
    init(_ parameters: Parameters) throws(OAuthError) {
        let compact = try parameters.required(.clientAssertion)
        let type = try parameters.required(.clientAssertionType)
        guard type == jwtBearerAssertionType else {
            throw OAuthError(
                .invalidRequest,
                "\(.clientAssertionType) is not supported",
                FailedCheck("client_assertion_type", expected: jwtBearerAssertionType, seen: FailedCheck.excerpt(type))
            )
        }
        named = try parameters.optional(.clientID)
        publicKey = try parameters.optional(.publicKey)
        repeatedChallenge = try parameters.optional(.challenge)
        do throws(JOSEError) {
            signed = try JWS.parse(compact, policy: Self.policy)
            claims = try JWTClaims(payload: signed.payload)
            challenge = claims.object["challenge"]?.stringValue
        } catch {
            throw OAuthError(.invalidClient, "\(.clientAssertion) is not a signed JWT", error.failed)
        }
    }

    /// HS256 is read here too; whether the client may use it is decided by the credential that it registered.
    private static let policy = JWSPolicy(
        algorithms: AssertionVerifier.algorithms,
        type: .optional("client-authentication+jwt"),
        takesSharedSecret: true
    )

    /// The client named by `client_id`, by `public_key`, or by the assertion itself; all that are present must agree.
    func clientID() throws(OAuthError) -> Client.ID {
        var claimed: [String] = []
        if let named { claimed.append(named) }
        if let publicKey {
            claimed.append(
                KeyClient.id(thumbprint: try KeyClient.thumbprint(of: publicKey, for: signed.algorithm)).description
            )
        }
        if claimed.count == 2, !claimed[0].hasSameBytes(as: claimed[1]) {
            throw OAuthError(
                .invalidRequest,
                "\(.clientID) and \(.publicKey) name different clients",
                FailedCheck("client_id", expected: claimed[1], seen: FailedCheck.excerpt(claimed[0]))
            )
        }
        if let id = claimed.first { return Client.ID(id) }
        guard let subject = claims.subject else {
            throw OAuthError(
                .invalidClient,
                "\(.clientAssertion) has no sub claim",
                FailedCheck("sub", expected: "the client's id", seen: "absent")
            )
        }
        return Client.ID(subject)
    }
}
