import Accounts
import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// A person signs in to an application by browser.
struct CodeFlowTests {
    @Test func `a code is redeemed for an access token and an ID token`() async throws {
        let server = try await TestServer()
        let person = try await server.person("ada")
        let app = try await RelyingParty(server)
        let browser = TestBrowser(server)
        let answer = try await app.authorize(browser)
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?code=") == true)
        #expect(answer.answer["state"] == "state of the app")
        #expect(answer.answer["iss"] == TestProvider.issuer)
        let reply = try await app.redeem(answer)
        #expect(reply.status == 200)
        #expect(reply["token_type"] == "Bearer")
        #expect(reply.field("Cache-Control") == "no-store")
        let claims = try JSONObject.parse(
            JWS.parse(reply["id_token"] ?? "", policy: .init(algorithms: [.es256], type: .untyped)).payload
        )
        #expect(claims["sub"]?.stringValue == person.id.description)
        #expect(claims["nonce"]?.stringValue == "n-0S6_WzA2Mj")
        #expect(claims["aud"]?.stringValue == "app")
        let info = try await app.userinfo(reply["access_token"] ?? "")
        #expect(info.status == 200)
        #expect(info["sub"] == person.id.description)
    }

    @Test func `oidcc-userinfo-rs256 userinfo is signed for a client that registered it`() async throws {
        let server = try await TestServer()
        let person = try await server.person("ada")
        let app = try await RelyingParty(server, .clientSecretBasic) { $0.metadata.userinfoAlgorithm = .es256 }
        let tokens = try await app.redeem(app.authorize(TestBrowser(server), ["scope": "openid email"]))
        let reply = try await app.userinfo(tokens["access_token"] ?? "")
        #expect(reply.status == 200 && reply.field("Content-Type") == "application/jwt")
        let signed = try JWS.parse(reply.text, policy: JWSPolicy(algorithms: [.es256], type: .untyped))
        try signed.verify(with: TestKey.known().privateKey.publicKey)
        let claims = try JSONObject.parse(signed.payload)
        #expect(claims["sub"]?.stringValue == person.id.description && claims["email_verified"] == true)
        #expect(claims["iss"]?.stringValue == TestProvider.issuer && claims["aud"]?.stringValue == "app")
        #expect(claims["nonce"] == nil)
    }
}
