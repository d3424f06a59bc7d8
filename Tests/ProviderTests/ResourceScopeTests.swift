import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The scopes of the server's own APIs.
struct ResourceScopeTests {
    private static let own = [
        "openid", "profile", "email", "address", "phone", "profile:write", "friends", "chat:read", "chat:write",
    ]
    private static let all = own[..<5] + ["offline_access"] + own[5...]

    @Test(arguments: ["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"])
    func `the metadata lists them`(path: String) async throws {
        let provider = try await TestProvider()
        #expect(await provider.call(.get, path).json?["scopes_supported"] == .strings(Array(Self.all)))
    }

    @Test func `a person's own key may have all but the one that it has no use for, or fewer`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        #expect(try await provider.requestToken(as: client)["scope"] == Self.own.joined(separator: " "))
        #expect(try await provider.requestToken(as: client, scope: "friends openid x")["scope"] == "friends openid")
    }

    @Test func `a gate lets accounts with its scope in`() async throws {
        let provider = try await TestProvider()
        let account = try await provider.register(.p256())
        let tokens = try await provider.signIn(account)
        let gate = provider.provider.bearer
        let request = EndpointRequest(
            path: "/api/chat/messages",
            fields: [.authorization: "Bearer \(tokens.accessToken)"],
            clientAddress: "192.0.2.1"
        )
        #expect(try await gate.admitAccount(request, scope: "chat:read").subject.id.description == account)
        let refused = await #expect(throws: OAuthError.self) {
            try await gate.admitAccount(request, scope: "chat:write")
        }
        #expect(refused?.code == .insufficientScope)
        #expect(refused?.fields.first?.value.contains("scope=\"chat:write\"") == true)
    }

    @Test func `a client that acts for itself is let in nowhere`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "openid friends")
        let request = EndpointRequest(
            path: "/api/users/friends",
            fields: [.authorization: "Bearer \(try await provider.token(of: client))"],
            clientAddress: "192.0.2.1"
        )
        let gate = provider.provider.bearer
        #expect(try await gate.admit(request, scope: "friends").subject == nil)
        let refused = await #expect(throws: OAuthError.self) { try await gate.admitAccount(request, scope: "friends") }
        #expect(refused?.code == .insufficientScope)
    }
}
