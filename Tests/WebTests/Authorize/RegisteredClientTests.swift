import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// Applications that registered themselves, and the people who use them.
struct RegisteredClientTests {
    private static func register(_ server: TestServer, _ members: JSONObject = [:]) async throws -> TestReply {
        let wish: JSONObject = ["redirect_uris": [.string(RelyingParty.redirect)], "client_name": "<b>App</b>"]
        return try await server.call(.post, "/oauth/register", .json(.object(wish.merging(members))), [:])
    }

    @Test func `people sign in to it, and removing it ends that`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.registration = .open })
        let person = try await server.person("ada")
        let registered = try await Self.register(server)
        #expect(registered.status == 201)
        let client = TestClient(
            id: registered["client_id"] ?? "",
            method: .clientSecretBasic,
            secret: registered["client_secret"]
        )
        let app = RelyingParty(server, client)
        let answer = try await app.authorize(TestBrowser(server))
        let tokens = try await app.redeem(answer)
        #expect(tokens.status == 200)
        let access = tokens["access_token"] ?? ""
        #expect(try await app.userinfo(access)["sub"] == person.id.description)
        let path = "/oauth/register/\(client.id)"
        let key: HTTPFields = [.authorization: "Bearer \(registered["registration_access_token"] ?? "")"]
        #expect(try await server.call(.delete, path, .none, key).status == 204)
        #expect(try await app.userinfo(access).status == 401)
        let page = try await TestBrowser(server).get(app.request())
        #expect(page.status == 401 || page.status == 400)
    }

    @Test func `DR-04 its name is text on the page`() async throws {
        let server = try TestServer(over: try await TestProvider { $0.registration = .open })
        let registered = try await Self.register(server)
        let app = RelyingParty(server, TestClient(id: registered["client_id"] ?? "", method: .clientSecretBasic))
        let page = try await TestBrowser(server).get(app.request())
        let shown = try await TestBrowser(server).get(page.location ?? "")
        #expect(shown.text.contains("&lt;b&gt;App&lt;/b&gt;") && !shown.text.contains("<b>App"))
    }
}
