import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// OpenID Connect Core §5.3.
struct UserInfoTests {
    @Test(arguments: ["openid", "openid email", "openid profile email"])
    func `the account's own key sees all members, whatever the scope`(scope: String) async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let reply = await provider.userinfo(try await provider.token(of: TestClient(keyOfAccount: key), scope: scope))
        #expect(reply.status == 200)
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(
            reply.json == [
                "sub": .string(account), "email": "alice@example.org", "email_verified": true, "name": "Alice Example",
                "public_key": .string(key.hexadecimal),
                "created_at": .string("\(provider.clock.now().seconds)"),
            ]
        )
    }

    @Test func `a key that was registered as a JWK is shown as one`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey(.ec(.p384))
        try await provider.register(key, form: key.jwkText)
        let reply = await provider.userinfo(try await provider.token(of: TestClient(keyOfAccount: key)))
        #expect(reply.json?["public_key"] == .object(key.jwk))
    }

    /// A token that stands for the account but was not obtained with its key (UI-04).
    @Test(arguments: [
        ("openid", ["sub"]), ("openid email", ["sub", "email", "email_verified"]),
        ("openid profile", ["sub", "name", "updated_at"]),
        ("openid profile email", ["sub", "email", "email_verified", "name", "updated_at"]),
    ])
    func `another client sees what its scope releases`(scope: String, members: [String]) async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let forge = AccessTokenForge(provider, account: try await provider.register(key), key: key)
        for constraint in [nil, "jkt"] {
            let token = try forge.token(
                .with {
                    $0.claims = ["scope": .string(scope), "client_id": "client-1"]
                    if constraint == nil { $0.withoutClaims = ["cnf"] }
                }
            )
            let reply = await provider.userinfo(token)
            #expect(reply.status == 200)
            #expect(reply.json?.names.sorted() == members.sorted())
        }
    }

    @Test func `UI-03 the token of a client that acts for itself is refused`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "openid")
        let reply = await provider.userinfo(try await provider.token(of: client))
        ClientAuthenticationTests.expect(reply, 403, "insufficient_scope", "sub")
        let field = try #require(reply.field("WWW-Authenticate"))
        #expect(field.hasPrefix(BearerTokenTests.challenge + ", error=\"insufficient_scope\""))
    }
}
