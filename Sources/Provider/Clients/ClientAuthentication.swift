import Cryptography
import HTTPTypes
import JOSE
package import OAuth

/// Authenticates the client of a request by exactly one method (RFC 6749 §2.3).
package struct ClientAuthentication: Sendable {
    private let dependencies: Dependencies
    private let directory: ClientDirectory
    private let assertions: AssertionVerifier
    private let failures: FailureLimit

    package init(_ dependencies: Dependencies, directory: ClientDirectory, assertions: AssertionVerifier) {
        self.dependencies = dependencies
        self.directory = directory
        self.assertions = assertions
        failures = FailureLimit(settings: dependencies.settings, now: dependencies.now)
    }

    /// The client that `request` proves to be. Throws `invalid_client`, `invalid_grant` (for keys of accounts),
    /// `invalid_request`, and 429 after too many failures.
    package func authenticate(
        _ request: EndpointRequest,
        _ parameters: Parameters
    ) async throws -> Client {
        let presented = try PresentedCredential(request, parameters)
        let id = try presented.clientID()
        try failures.check(client: id, address: request.clientNetwork)
        do {
            let client = try await verify(presented, claimed: id, request)
            try Self.admit(client)
            return client
        } catch let error as OAuthError {
            failures.count(client: id, address: request.clientNetwork)
            AuthenticationMetrics.failed(error.failed.check)
            throw error
        }
    }

    /// The key of an account that may not sign in proves nothing, at any endpoint.
    private static func admit(_ client: Client) throws(OAuthError) {
        guard let owner = client.owner, !owner.subject.isActive else { return }
        throw OAuthError(
            .invalidClient,
            "the account may not sign in",
            FailedCheck("account", expected: "active", seen: "blocked: \(owner.subject.id)")
        )
    }

    private func verify(_ presented: PresentedCredential, claimed id: Client.ID, _ request: EndpointRequest)
        async throws
        -> Client
    {
        let client = try await directory.client(id, from: request.clientNetwork)
        switch presented {
        case .secret(_, let secret, let method):
            return try verify(secret, sentBy: method, of: client, id: id)
        case .assertion(let assertion):
            guard let client else { throw Self.unknown(id) }
            guard client.authentication.usesAssertion else {
                throw Self.wrongMethod(of: client, presented: "an assertion")
            }
            try await assertions.verify(assertion, of: client)
            return client
        case .name:
            guard let client, client.authentication == .none else {
                throw OAuthError(
                    .invalidClient,
                    "client authentication is missing",
                    FailedCheck("authentication method", expected: "one", seen: "client_id alone")
                )
            }
            return client
        }
    }

    private func verify(
        _ secret: String,
        sentBy method: ClientAuthenticationMethod,
        of client: Client?,
        id: Client.ID
    ) throws(OAuthError) -> Client {
        do throws(OAuthError) {
            // An unknown client costs the same digest and gets the same answer as a wrong secret.
            let digest = Hash.digest(secret)
            guard let client else { throw Self.unknown(id) }
            guard case .secretDigest(let expected) = client.credential, client.authentication == method else {
                throw Self.wrongMethod(of: client, presented: method.rawValue)
            }
            guard constantTimeEqual(digest, expected) else {
                throw Self.failed(FailedCheck("client_secret", expected: "the registered secret", seen: "another"))
            }
            return client
        } catch {
            // RFC 6749 §5.2: who tried the Authorization header is told that it may be tried.
            throw method == .clientSecretBasic ? error.offeringBasic : error
        }
    }

    private static func unknown(_ id: Client.ID) -> OAuthError {
        let failed = FailedCheck(
            "client_id",
            expected: "a registered client or key",
            seen: FailedCheck.excerpt(id.description)
        )
        guard KeyClient.thumbprint(in: id) != nil else { return Self.failed(failed) }
        return OAuthError(.invalidClient, "User not found", failed)
    }

    private static func wrongMethod(of client: Client, presented: String) -> OAuthError {
        failed(FailedCheck("authentication method", expected: client.authentication.rawValue, seen: presented))
    }

    /// One answer for everything that is wrong with a registered client's proof.
    private static func failed(_ check: FailedCheck) -> OAuthError {
        OAuthError(.invalidClient, "client authentication failed", check)
    }
}

extension OAuthError {
    /// The same refusal with the challenge of HTTP Basic (RFC 7617 §2).
    var offeringBasic: OAuthError {
        var error = self
        error.fields.append(.init("WWW-Authenticate", "Basic realm=\"martlet\", charset=\"UTF-8\""))
        return error
    }
}
