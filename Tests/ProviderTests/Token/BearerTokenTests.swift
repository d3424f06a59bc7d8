import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Protected resources (RFC 6750 §2, §3; RFC 9728 §5.1).
struct BearerTokenTests {
    static let challenge =
        "Bearer realm=\"martlet\", resource_metadata=\"https://id.example.org/.well-known/oauth-protected-resource\""

    static func signedIn() async throws -> (TestProvider, String) {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        return (provider, try await provider.token(of: TestClient(keyOfAccount: key)))
    }

    @Test(arguments: ["Bearer ", "bearer ", "BEARER  "])
    func `the header's scheme is read without regard to case`(scheme: String) async throws {
        let (provider, token) = try await Self.signedIn()
        let headers: HTTPFields = [.authorization: scheme + token]
        #expect(await provider.call(.get, "/oauth/userinfo", headers: headers).status == 200)
        #expect(await provider.call(.post, "/oauth/userinfo", headers: headers).status == 200)
    }

    @Test func `UI-01 without a token the challenge carries no error`() async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.get, "/oauth/userinfo")
        #expect(reply.status == 401)
        #expect(reply.field("WWW-Authenticate") == Self.challenge)
    }

    @Test func `UI-01 a bad token is told so`() async throws {
        let provider = try await TestProvider()
        let reply = await provider.userinfo("nonsense")
        #expect(reply.status == 401)
        let field = try #require(reply.field("WWW-Authenticate"))
        #expect(field.hasPrefix(Self.challenge + ", error=\"invalid_token\", error_description=\""))
        #expect(reply.failedCheck == "JWS segments")
    }

    @Test(arguments: ["Bearer", "Bearer ", "Bearer a b"])
    func `a header without exactly one token is malformed`(field: String) async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.get, "/oauth/userinfo", headers: [.authorization: field])
        ClientAuthenticationTests.expect(reply, 400, "invalid_request", "Authorization")
    }

    @Test(arguments: ["Basic YTpi", "DPoP abc", "Token abc", ""])
    func `another scheme is as good as none`(field: String) async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.get, "/oauth/userinfo", headers: [.authorization: field])
        #expect(reply.status == 401)
        #expect(reply.field("WWW-Authenticate") == Self.challenge)
    }

    @Test func `UI-05 a token in a form or in the URL is refused, alone and beside the header`() async throws {
        let (provider, token) = try await Self.signedIn()
        for headers in [[:], [.authorization: "Bearer \(token)"]] as [HTTPFields] {
            let form = TestBody.form(["access_token": token])
            let replies = [
                await provider.call(.post, "/oauth/userinfo", form, headers: headers),
                await provider.call(.get, "/oauth/userinfo?access_token=\(token)", headers: headers),
                await provider.call(.get, "/oauth/userinfo?a=b&access_token", headers: headers),
            ]
            for reply in replies {
                ClientAuthenticationTests.expect(reply, 400, "invalid_request", "access_token")
                #expect(reply.field("WWW-Authenticate")?.contains("error=\"invalid_request\"") == true)
            }
        }
    }

    @Test func `two Authorization headers are refused`() async throws {
        let (provider, token) = try await Self.signedIn()
        var headers: HTTPFields = [:]
        for _ in 0..<2 { headers.append(HTTPField(name: .authorization, value: "Bearer \(token)")) }
        let reply = await provider.call(.get, "/oauth/userinfo", headers: headers)
        ClientAuthenticationTests.expect(reply, 400, "invalid_request", "Authorization")
    }

    @Test func `a token without the scope is told which one it needs`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key), scope: "email")
        let reply = await provider.userinfo(token)
        ClientAuthenticationTests.expect(reply, 403, "insufficient_scope", "scope")
        let field = try #require(reply.field("WWW-Authenticate"))
        #expect(field.hasPrefix(Self.challenge + ", error=\"insufficient_scope\""))
        #expect(field.hasSuffix(", scope=\"openid\""))
    }
}
