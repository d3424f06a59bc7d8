import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// RFC 7662.
struct TokenIntrospectionTests {
    @Test func `a client sees its own token, a resource server every one, others nothing`() async throws {
        let provider = try await TestProvider()
        let owner = try await provider.addClient(.clientSecretBasic, id: "owner")
        let other = try await provider.addClient(.clientSecretPost, id: "other")
        let resource = try await provider.addClient(.privateKeyJWT, id: "resource") { $0.isResourceServer = true }
        let token = try await provider.token(of: owner)
        // IN-05: what one caller was told is not what the next is told.
        for _ in 0..<2 {
            for client in [owner, resource] {
                let reply = try await provider.call("/oauth/introspect", as: client, ["token": token])
                #expect(reply.status == 200)
                #expect(reply.json?["active"] == true)
                #expect(reply["token_type"] == "Bearer")
                #expect(reply["client_id"] == "owner")
                #expect(reply["sub"] == "owner")
                #expect(reply["scope"] == "read write")
                #expect(reply["iss"] == TestProvider.issuer)
                #expect(reply.json?["exp"]?.integerValue == provider.clock.now().seconds + 3600)
                #expect(reply.field("Cache-Control") == "no-store")
            }
            let foreign = try await provider.call("/oauth/introspect", as: other, ["token": token])
            #expect(foreign.status == 200)
            #expect(foreign.json == ["active": false], "IN-02")
        }
    }

    @Test(arguments: ["", "x", "a.b.c", "expired", "revoked", "blocked"])
    func `what is no good token is not active, and nothing more is said`(kind: String) async throws {
        let provider = try await TestProvider()
        let resource = try await provider.addClient(.clientSecretBasic, id: "resource") { $0.isResourceServer = true }
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let good = try await provider.token(of: TestClient(keyOfAccount: key))
        let before = try await provider.call("/oauth/introspect", as: resource, ["token": good])
        #expect(before.json?["active"] == true)
        #expect(before["cnf"] == nil && before.json?["cnf"]?.objectValue?["jkt"] == .string(key.thumbprint))
        #expect(before.json?["generation"] == nil)
        switch kind {
        case "expired": provider.clock.advance(by: 3600)
        case "revoked":
            _ = try await provider.call("/oauth/revoke", as: TestClient(keyOfAccount: key), ["token": good])
        case "blocked": try await provider.block(account)
        default: break
        }
        let token = ["expired", "revoked", "blocked"].contains(kind) ? good : kind
        let reply = try await provider.call("/oauth/introspect", as: resource, ["token": token])
        if token.isEmpty {
            ClientAuthenticationTests.expect(reply, 400, "invalid_request", "parameters")
        } else {
            #expect(reply.status == 200)
            #expect(reply.json == ["active": false])
        }
    }

    @Test func `IN-01 and IN-06 a caller that proves nothing is refused`() async throws {
        let provider = try await TestProvider()
        _ = try await provider.addClient(.clientSecretBasic)
        for form in [["token": "t"], ["token": "t", "client_id": "client-1"]] as [TestForm] {
            let reply = await provider.call(.post, "/oauth/introspect", .form(form))
            ClientAuthenticationTests.expect(reply, 401, "invalid_client", "authentication method")
        }
        let json = await provider.call(.post, "/oauth/introspect", .json(["token": "t"]))
        ClientAuthenticationTests.expect(json, 400, "invalid_request", "Content-Type")
    }
}
