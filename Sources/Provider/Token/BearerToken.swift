package import Cryptography
import HTTPTypes
import JOSE
package import OAuth

/// Guards a protected resource: takes the access token from the `Authorization` header and nowhere else (RFC 6750 §2.1).
package struct BearerToken: Sendable {
    private let tokens: AccessTokenVerifier
    private let challenge: String

    package init(tokens: AccessTokenVerifier, settings: Settings) {
        self.tokens = tokens
        let metadata = ProtectedResourceMetadata.metadataURL(settings)
        challenge = "Bearer realm=\"martlet\", resource_metadata=\"\(metadata)\""
    }

    /// The token of `request`, good and with `scope`, and the account that it stands for. Throws as `admit`, and
    /// `insufficient_scope` for the token of a client that acts for itself. The one gate of every protected resource.
    package func admitAccount(
        _ request: EndpointRequest,
        scope: String?,
        algorithms: Set<SignatureAlgorithm> = AccessTokenVerifier.standardAlgorithms,
        cookie: String? = nil
    ) async throws -> (verified: AccessTokenVerifier.Verified, subject: Subject) {
        let verified = try await admit(request, scope: scope, algorithms: algorithms, cookie: cookie)
        if let subject = verified.subject { return (verified, subject) }
        throw answered(
            OAuthError(
                .insufficientScope,
                "the access token stands for a client, not for an account",
                FailedCheck("sub", expected: "an account", seen: "the client \(verified.token.subject)")
            ),
            scope: scope
        )
    }

    /// The token of `request`, good and with `scope`, which is nil where the account's own rights decide. `cookie` is the token
    /// that the request carries in a cookie, at a face that takes one. Throws `invalid_token`, `insufficient_scope` or
    /// `invalid_request`, each with its `WWW-Authenticate` field (RFC 6750 §3, RFC 9728 §5.1).
    package func admit(
        _ request: EndpointRequest,
        scope: String?,
        algorithms: Set<SignatureAlgorithm> = AccessTokenVerifier.standardAlgorithms,
        cookie: String? = nil
    ) async throws -> AccessTokenVerifier.Verified {
        do {
            let sent = try Self.compact(in: request)
            if let sent, let cookie, sent != cookie { throw Self.twoTokens }
            guard let compact = sent ?? cookie else { throw Self.missing }
            let verified = try await tokens.verify(compact, algorithms: algorithms)
            guard let scope else { return verified }
            guard verified.token.scope.contains(scope) else {
                throw OAuthError(
                    .insufficientScope,
                    "the access token does not carry the scope that this resource needs",
                    FailedCheck("scope", expected: scope, seen: verified.token.scope.description)
                )
            }
            return verified
        } catch let error as OAuthError {
            throw answered(error, scope: scope)
        }
    }

    /// The refusal with its `WWW-Authenticate` field.
    package func answered(_ error: OAuthError, scope: String? = nil) -> OAuthError {
        var error = error
        error.fields.append(.init("WWW-Authenticate", field(for: error, scope: scope)))
        return error
    }

    /// No token was sent.
    package static let missing = OAuthError(
        .invalidToken,
        "Missing Authorization header",
        FailedCheck("Authorization", expected: "a bearer token", seen: "no such field")
    )

    /// A client uses one way to send the token (RFC 6750 §2).
    private static let twoTokens = OAuthError(
        .invalidRequest,
        "the Authorization header and the cookie carry different access tokens; send one",
        FailedCheck("access token", expected: "one", seen: "two that differ")
    )

    /// The token that the `Authorization` header carries; nil when there is none of this scheme. Throws `invalid_request`.
    static func compact(in request: EndpointRequest) throws(OAuthError) -> String? {
        try refuseOtherTransports(in: request)
        let values = request.fields[values: .authorization]
        guard let value = values.first else { return nil }
        guard values.count == 1 else {
            throw OAuthError(
                .invalidRequest,
                "one Authorization header is allowed",
                FailedCheck("Authorization", expected: "one", seen: "\(values.count)")
            )
        }
        // The scheme's case does not matter (RFC 9110 §11.1). Another scheme is as good as none (RFC 6750 §3.1).
        let scheme = value.utf8.prefix { $0 != UInt8(ascii: " ") }
        guard Substring(scheme).lowercased() == "bearer" else { return nil }
        let token = value.utf8[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        guard !token.isEmpty, !token.contains(UInt8(ascii: " ")) else {
            throw OAuthError(
                .invalidRequest,
                "the Authorization header does not carry one bearer token",
                FailedCheck("Authorization", expected: "Bearer and a token", seen: "something else")
            )
        }
        return String(Substring(token))
    }

    /// RFC 6750 §2.2 and §2.3 are refused: a token in a form or a URL ends in logs.
    private static func refuseOtherTransports(in request: EndpointRequest) throws(OAuthError) {
        let isForm = MediaType(request.value(of: .contentType) ?? "").essence == RequestBody.formType
        let places = [Array(request.query.utf8), isForm ? request.body : []]
        guard !places.contains(where: namesAccessToken) else {
            throw OAuthError(
                .invalidRequest,
                "the access token must be sent in the Authorization header",
                FailedCheck("access_token", expected: "the Authorization header", seen: "a query or form parameter")
            )
        }
    }

    private static func namesAccessToken(_ pairs: [UInt8]) -> Bool {
        !pairs.isEmpty
            && pairs.split(separator: UInt8(ascii: "&")).contains { pair in
                pair.prefix { $0 != UInt8(ascii: "=") }.elementsEqual("access_token".utf8)
            }
    }

    /// Without any token the field carries no error code (RFC 6750 §3.1).
    private func field(for error: OAuthError, scope: String?) -> String {
        if error.failed == Self.missing.failed { return challenge }
        let detail = "\(challenge), error=\"\(error.code.name)\", error_description=\"\(error.description)\""
        guard error.code == .insufficientScope, let scope else { return detail }
        return "\(detail), scope=\"\(scope)\""
    }
}
