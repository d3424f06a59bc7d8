import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// RFC 7592.
struct ClientManagementTests {
    @Test func `a registration is read with its own token`() async throws {
        let provider = try await TestProvider.open()
        let registered = await provider.registerClient(["initiate_login_uri": "https://app.example/login"])
        let read = await provider.manage(.get, registered)
        #expect(read.status == 200 && read.field("Content-Type") == "application/json")
        #expect(read["initiate_login_uri"] == "https://app.example/login")
        #expect(read["client_id"] == registered["client_id"])
        #expect(read["registration_access_token"] == registered["registration_access_token"])
        #expect(read["registration_client_uri"] == registered["registration_client_uri"])
    }

    @Test(arguments: [HTTPRequest.Method.get, .put, .delete])
    func `DR-06 another's token, none, and an unknown client get one answer`(method: HTTPRequest.Method) async throws {
        let provider = try await TestProvider.open()
        let (own, other) = (await provider.registerClient(), await provider.registerClient())
        let static_ = try await provider.addClient(.clientSecretBasic, id: "by-hand")
        let token = other["registration_access_token"] ?? ""
        let body = TestBody.json(.object(TestProvider.redirects))
        var answers: [TestReply] = []
        for (id, token) in [
            (own["client_id"] ?? "", token), (own["client_id"] ?? "", "x"), ("unknown", token),
            (static_.id, token), (static_.id, static_.secret ?? ""),
        ] {
            let headers = TestProvider.bearer(token.replacing(" ", with: ""))
            answers.append(await provider.call(method, "/oauth/register/\(id)", body, headers: headers))
        }
        answers.append(await provider.call(method, "/oauth/register/\(own["client_id"] ?? "")", body))
        for answer in answers {
            #expect(answer.status == 401 && answer.error == "invalid_token")
            #expect(answer.body == answers[0].body && answer.fields == answers[0].fields)
        }
        #expect(await provider.manage(.get, own).status == 200, "the control")
    }

    @Test func `a replacement leaves nothing of what was there`() async throws {
        let provider = try await TestProvider.open()
        let before = await provider.registerClient(["client_name": "Old", "contacts": ["a@b.example"]])
        let client = provider.client(before)
        var body: JSONObject = [
            "client_id": .string(client.id), "redirect_uris": ["https://new.example/cb"], "client_name": "New",
            "client_secret": .string(client.secret ?? ""), "token_endpoint_auth_method": "client_secret_post",
        ]
        let after = await provider.manage(.put, before, .json(.object(body)))
        #expect(after.status == 200)
        #expect(after["client_name"] == "New" && after.json?["contacts"] == nil)
        #expect(after.json?["redirect_uris"] == ["https://new.example/cb"])
        #expect(await provider.manage(.get, before).json == after.json)
        let changed = TestClient(id: client.id, method: .clientSecretPost, secret: client.secret)
        #expect(try await provider.proves(changed))
        #expect(try await provider.proves(client) == false)
        body["client_secret"] = nil
        #expect(await provider.manage(.put, before, .json(.object(body))).status == 200)
    }

    @Test func `keys are replaced`() async throws {
        let provider = try await TestProvider.open()
        let (old, new) = (try TestKey.p256(), try TestKey.p256())
        let members = { (key: TestKey) -> JSONObject in
            ["token_endpoint_auth_method": "private_key_jwt", "jwks": ["keys": [.object(key.jwk)]]]
        }
        let before = await provider.registerClient(members(old))
        let body = TestProvider.redirects.merging(members(new)).merging([
            "client_id": .string(before["client_id"] ?? "")
        ])
        #expect(try await provider.proves(provider.client(before, key: old)))
        #expect(await provider.manage(.put, before, .json(.object(body))).status == 200)
        #expect(try await provider.proves(provider.client(before, key: old)) == false)
        #expect(try await provider.proves(provider.client(before, key: new)))
    }

    @Test(
        arguments: [
            ("client_id", nil), ("client_id", "other"), ("client_secret", "other"), ("client_secret", 1),
            ("registration_access_token", "x"), ("registration_client_uri", "x"), ("client_secret_expires_at", 0),
            ("client_id_issued_at", 0), ("redirect_uris", []), ("token_endpoint_auth_method", "none"),
            ("token_endpoint_auth_method", "client_secret_jwt"), ("initiate_login_uri", "http://app.example/"),
        ] as [(String, JSON)]
    )
    func `a replacement that is wrong changes nothing`(name: String, value: JSON) async throws {
        let provider = try await TestProvider.open()
        let before = await provider.registerClient(["client_name": "Old"])
        let body = TestProvider.redirects.merging([
            "client_id": .string(before["client_id"] ?? ""), "client_name": "New",
        ])
        let reply = await provider.manage(.put, before, .json(.object(body.merging([name: value]))))
        #expect(reply.status == 400)
        #expect(reply["error_description"]?.hasPrefix(name + " ") == true, "\(reply["error_description"] ?? "")")
        #expect(await provider.manage(.get, before)["client_name"] == "Old")
        #expect(await provider.manage(.put, before, .json(.object(body))).status == 200, "the control")
    }

    @Test func `the secret of client_secret_jwt is compared too`() async throws {
        let provider = try await TestProvider.open()
        let members: JSONObject = ["token_endpoint_auth_method": "client_secret_jwt"]
        let before = await provider.registerClient(members)
        for (secret, status) in [(before["client_secret"] ?? "", 200), ("another", 400)] {
            let body = TestProvider.redirects.merging(members).merging([
                "client_id": .string(before["client_id"] ?? ""), "client_secret": .string(secret),
            ])
            #expect(await provider.manage(.put, before, .json(.object(body))).status == status)
        }
    }

    @Test func `a client that removed itself is gone`() async throws {
        let provider = try await TestProvider.open()
        let registered = await provider.registerClient()
        let client = provider.client(registered)
        #expect(try await provider.proves(client))
        let reply = await provider.manage(.delete, registered)
        #expect(reply.status == 204 && reply.body.isEmpty)
        #expect(await provider.manage(.get, registered).status == 401)
        #expect(await provider.manage(.delete, registered).status == 401)
        #expect(try await provider.proves(client) == false)
    }
}
