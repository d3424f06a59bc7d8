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
        try failures.check(client: id, address: request.clientAddress)
        do {
            let client = try await verify(presented, claimed: id)
            return client
        } catch let error as OAuthError {
            failures.count(client: id, address: request.clientAddress)
            AuthenticationMetrics.failed(error.failed.check)
            throw error
        }
    }

    private func verify(_ presented: PresentedCredential, claimed id: Client.ID) async throws -> Client {
        let client = try await directory.client(id)
        switch presented {
        case .secret(_, let secret, let method):
            try verify(secret, sentBy: method, of: client, id: id)
            return client!
        case .assertion(let assertion):
            guard let client else { throw Self.unknown(id) }
            guard client.authentication.usesAssertion else {
                throw Self.wrongMethod(of: client, presented: "an assertion", header: false)
            }
            try await assertions.verify(assertion, of: client)
            return client
        }
    }

    private func verify(
        _ secret: String,
        sentBy method: ClientAuthenticationMethod,
        of client: Client?,
        id: Client.ID
    ) throws(OAuthError) {
        // An unknown client costs the same digest and the same answer as a wrong secret.
        let digest = Hash.digest(Array(secret.utf8))
        let header = method == .clientSecretBasic
        guard let client else {
            throw Self.failed("client_id", "a registered client", FailedCheck.excerpt(id.description), header: header)
        }
        guard case .secretDigest(let expected) = client.credential, client.authentication == method else {
            throw Self.wrongMethod(of: client, presented: method.rawValue, header: header)
        }
        guard constantTimeEqual(digest, expected) else {
            throw Self.failed("client_secret", "the registered secret", "another", header: header)
        }
    }

    private static func unknown(_ id: Client.ID) -> OAuthError {
        OAuthError(
            .invalidClient,
            KeyClient.thumbprint(in: id) == nil ? "client authentication failed" : "User not found",
            FailedCheck("client_id", expected: "a registered client or key", seen: FailedCheck.excerpt(id.description))
        )
    }

    private static func wrongMethod(of client: Client, presented: String, header: Bool) -> OAuthError {
        failed("authentication method", client.authentication.rawValue, presented, header: header)
    }

    private static func failed(_ check: String, _ expected: String, _ seen: String, header: Bool) -> OAuthError {
        OAuthError(
            .invalidClient,
            "client authentication failed",
            FailedCheck(check, expected: expected, seen: seen),
            fields: header ? [.init("WWW-Authenticate", "Basic realm=\"martlet\", charset=\"UTF-8\"")] : []
        )
    }
}
