import HTTPTypes
import JOSE
import OAuth
import TestSupport

@testable import Provider

extension TestProvider {
    /// A server where everybody may register clients.
    static func open(_ change: (inout Settings) -> Void = { _ in }) async throws -> TestProvider {
        try await TestProvider {
            $0.registration = .open
            $0.limitsRates = false
            change(&$0)
        }
    }

    static let redirects: JSONObject = ["redirect_uris": ["https://app.example/callback"]]

    /// Registers a client with these members besides a redirect URI.
    func registerClient(
        _ members: JSONObject = [:],
        token: String? = nil,
        from address: String = "192.0.2.1"
    ) async -> TestReply {
        await call(
            .post,
            "/oauth/register",
            .json(.object(Self.redirects.merging(members))),
            headers: Self.bearer(token),
            from: address
        )
    }

    /// A call to the address that a registration was answered with.
    func manage(
        _ method: HTTPRequest.Method,
        _ registered: TestReply,
        _ body: TestBody = .none,
        token: String? = nil
    ) async -> TestReply {
        let uri = registered["registration_client_uri"] ?? ""
        return await call(
            method,
            String(uri.dropFirst(Self.issuer.count)),
            body,
            headers: Self.bearer(token ?? registered["registration_access_token"])
        )
    }

    /// The client of a registration, as it knows itself.
    func client(_ registered: TestReply, key: TestKey? = nil) -> TestClient {
        let method = ClientAuthenticationMethod(rawValue: registered["token_endpoint_auth_method"] ?? "") ?? .none
        return TestClient(
            id: registered["client_id"] ?? "",
            method: method,
            key: key,
            secret: registered["client_secret"]
        )
    }

    /// Whether the client can prove who it is: it may ask about a token then, if only to hear that it is none.
    func proves(_ client: TestClient) async throws -> Bool {
        try await call("/oauth/introspect", as: client, ["token": "none"]).status == 200
    }

    static func bearer(_ token: String?) -> HTTPFields {
        token.map { [.authorization: "Bearer \($0)"] } ?? [:]
    }
}
