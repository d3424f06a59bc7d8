import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

struct TokenEndpointTests {
    @Test(arguments: ClientAuthenticationMethod.allCases)
    func `each method of client authentication gets a token`(method: ClientAuthenticationMethod) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(method)
        let reply = try await provider.requestToken(as: client)
        #expect(reply.status == 200)
        #expect(reply["token_type"] == "Bearer")
        #expect(reply["scope"] == "read write")
        #expect(reply.json?["expires_in"] == 3600)
        #expect(reply.field("Cache-Control") == "no-store")
    }

    @Test func `a key of an account gets a token and userinfo with it`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.secp256k1()
        let account = try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        #expect(await provider.userinfo(token)["sub"] == account)
    }
}
