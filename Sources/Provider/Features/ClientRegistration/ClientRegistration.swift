import HTTPTypes
import JOSE
import OAuth

/// Applications register themselves (RFC 7591, OIDC Registration) and look after what they registered (RFC 7592).
package struct ClientRegistration: Feature {
    package let endpoints: [Endpoint]

    private static let path = "/oauth/register"

    init(_ dependencies: Dependencies) {
        let policy = dependencies.settings.registration
        guard policy != .off else {
            endpoints = []
            return
        }
        let desk = RegistrationDesk(dependencies, path: Self.path)
        let one = Self.path + "/{client_id}"
        endpoints = [
            Endpoint(
                .post,
                Self.path,
                advertisedAs: "registration_endpoint",
                operation: Self.registerClient(policy)
            ) { try await desk.register($0) },
            Endpoint(.get, one, operation: Self.readClient) { try await desk.read($0) },
            Endpoint(.put, one, operation: Self.replaceClient) { try await desk.replace($0) },
            Endpoint(.delete, one, operation: Self.removeClient) { try await desk.remove($0) },
        ]
    }
}
