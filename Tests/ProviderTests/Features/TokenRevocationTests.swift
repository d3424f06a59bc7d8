import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// RFC 7009.
struct TokenRevocationTests {
    @Test func `RV-04 a revoked token is dead at once, also one that was seen, also after a restart`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        let (token, other) = (try await provider.token(of: client), try await provider.token(of: client))
        #expect(await provider.userinfo(token).status == 200)
        let reply = try await provider.call("/oauth/revoke", as: client, ["token": token])
        #expect(reply.status == 200)
        #expect(reply.body.isEmpty)
        #expect(await provider.userinfo(token).failedCheck == "revocation")
        #expect(await provider.userinfo(other).status == 200)
        let again = try await provider.restarted()
        #expect(await again.userinfo(token).failedCheck == "revocation")
        #expect(await again.userinfo(other).status == 200)
    }

    @Test func `RV-01 the token of another client stays as it is, and the answer does not tell`() async throws {
        let provider = try await TestProvider()
        let owner = try await provider.addClient(.clientSecretBasic, id: "owner")
        let other = try await provider.addClient(.clientSecretBasic, id: "other") { $0.isResourceServer = true }
        let token = try await provider.token(of: owner)
        let foreign = try await provider.call("/oauth/revoke", as: other, ["token": token])
        let nonsense = try await provider.call("/oauth/revoke", as: other, ["token": "nonsense"])
        #expect(foreign.status == 200)
        #expect(foreign.body == nonsense.body)
        #expect(foreign.fields == nonsense.fields)
        let introspected = try await provider.call("/oauth/introspect", as: owner, ["token": token])
        #expect(introspected.json?["active"] == true)
    }

    @Test(arguments: ["access_token", "refresh_token", "unknown", ""])
    func `RV-05 the hint does not matter`(hint: String) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        let token = try await provider.token(of: client)
        let form: TestForm = ["token": token, "token_type_hint": hint]
        #expect(try await provider.call("/oauth/revoke", as: client, form).status == 200)
        let introspected = try await provider.call("/oauth/introspect", as: client, ["token": token])
        #expect(introspected.json == ["active": false])
    }

    @Test func `RV-03 a revocation that cannot be kept is not called done`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        let token = try await provider.token(of: client)
        await provider.stop()
        let reply = try await provider.call("/oauth/revoke", as: client, ["token": token])
        #expect(reply.status >= 500)
        #expect(reply.refusal?.isFault == true)
    }

    @Test func `a caller that proves nothing, or sends no token, is refused`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        let unknown = await provider.call(.post, "/oauth/revoke", .form(["token": "t"]))
        ClientAuthenticationTests.expect(unknown, 401, "invalid_client", "authentication method")
        let missing = try await provider.call("/oauth/revoke", as: client)
        ClientAuthenticationTests.expect(missing, 400, "invalid_request", "parameters")
    }
}
