import OAuth
import Provider
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct ProviderRoutesTests {
    @Test(arguments: ["https://id.example.org", "https://id.example.org/tenant", "https://id.example.org/a/b"])
    func `metadata lists only what answers`(issuer: String) async throws {
        let server = try await TestServer(issuer: issuer)
        let base = server.provider.provider.settings.basePath
        let document = try await server.call(.get, "/.well-known/oauth-authorization-server\(base)")
        #expect(document.status == 200)
        #expect(document["issuer"] == issuer)
        let endpoints = document.json?.members.filter { $0.name.hasSuffix("_endpoint") || $0.name == "jwks_uri" } ?? []
        #expect(endpoints.count >= 6)
        for endpoint in endpoints {
            let url = try #require(endpoint.value.stringValue)
            #expect(url.hasPrefix(issuer))
            let path = String(url.dropFirst("https://id.example.org".count))
            #expect(try await server.call(.options, path).status == 204, "\(endpoint.name)")
        }
        let inserted = try await server.call(.get, "/.well-known/openid-configuration\(base)")
        let appended = try await server.call(.get, "\(base)/.well-known/openid-configuration")
        #expect(inserted.body == document.body)
        #expect(appended.body == document.body)
        let resource = try await server.call(.get, "/.well-known/oauth-protected-resource\(base)")
        #expect(resource["resource"] == issuer)
    }

    @Test(arguments: [
        "/oauth/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
    ])
    func `documents may be kept for five minutes and are not sent twice`(path: String) async throws {
        let server = try await TestServer()
        let first = try await server.call(.get, path)
        #expect(first.status == 200)
        #expect(
            first.field("Content-Type") == (path.hasSuffix("jwks") ? "application/jwk-set+json" : "application/json")
        )
        #expect(first.field("Cache-Control") == "public, max-age=300")
        let tag = try #require(first.field("ETag"))
        let again = try await server.call(.get, path, .none, [.ifNoneMatch: tag])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again.field("ETag") == tag)
        #expect(try await server.call(.get, path, .none, [.ifNoneMatch: "\"other\""]).status == 200)
    }

    @Test func `the key set has no private member`() async throws {
        let reply = try await TestServer().call(.get, "/oauth/jwks")
        guard case .array(let keys)? = reply.json?["keys"] else {
            Issue.record("no keys")
            return
        }
        #expect(!keys.isEmpty)
        for case .object(let key) in keys {
            #expect(Set(key.names).isDisjoint(with: ["d", "p", "q", "dp", "dq", "qi", "k"]))
        }
    }

    @Test func `a challenge is named twice, lives five minutes and is fresh each time`() async throws {
        let server = try await TestServer()
        let first = try await server.call(.post, "/oauth/challenge")
        #expect(first.status == 200)
        #expect(first.json?.names == ["challenge", "attestation_challenge", "expires_in"])
        #expect(first["challenge"] == first["attestation_challenge"])
        #expect(first.json?["expires_in"] == 300)
        #expect(first.field("Cache-Control") == "no-store")
        #expect(try await server.call(.post, "/oauth/challenge")["challenge"] != first["challenge"])
    }

    /// A request for a token, and its answer.
    struct WrongRequest: Sendable, CustomTestStringConvertible {
        let body: TestBody
        let status: Int
        let error: String
        var testDescription: String {
            "\(String(decoding: body.bytes.prefix(60), as: UTF8.self)) \(body.contentType ?? "-")"
        }
    }

    @Test(arguments: [
        WrongRequest(body: .none, status: 400, error: "invalid_request"),
        WrongRequest(body: .form([:]), status: 400, error: "invalid_request"),
        WrongRequest(body: .raw([], type: "application/json"), status: 400, error: "invalid_request"),
        WrongRequest(body: .raw(Array("[]".utf8), type: "application/json"), status: 400, error: "invalid_request"),
        WrongRequest(body: .raw(Array("a=1".utf8), type: "text/plain"), status: 400, error: "invalid_request"),
        WrongRequest(body: .raw(Array("a=1".utf8), type: "multipart/form-data"), status: 400, error: "invalid_request"),
        WrongRequest(
            body: .raw([0x61, 0x3D, 0xFF], type: "application/x-www-form-urlencoded"),
            status: 400,
            error: "invalid_request"
        ),
        WrongRequest(
            body: .form(["grant_type": "client_credentials", "grant_type": "client_credentials"]),
            status: 400,
            error: "invalid_request"
        ),
        WrongRequest(body: .json(["grant_type": 5]), status: 400, error: "invalid_request"),
        WrongRequest(
            body: .form(["grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"]),
            status: 401,
            error: "invalid_client"
        ),
    ])
    func `a wrong request for a token gets the error of RFC 6749`(wrong: WrongRequest) async throws {
        let server = try await TestServer()
        let reply = try await server.call(.post, "/oauth/token", wrong.body)
        #expect(reply.status == wrong.status)
        #expect(reply.error == wrong.error)
        #expect(reply.json?.names == ["error", "error_description", "error_uri"])
        #expect(reply["error_uri"] == "https://id.example.org/oauth/errors#\(wrong.error)")
        #expect(reply.field("Content-Type") == "application/json")
        #expect(reply.field("Cache-Control") == "no-store")
        let text = reply["error_description"] ?? "\n"
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        #expect(server.journal[reply.requestID].map(\.refusal.error) == [wrong.error])
    }

    @Test func `an unknown key and a bad signature are told apart as the seed does`() async throws {
        let server = try await TestServer()
        let stranger = try await server.requestToken(of: .p256())
        #expect(stranger.status == 401)
        #expect(stranger.error == "invalid_client")
        #expect(stranger["error_description"] == "User not found")

        let key = try TestKey.p256()
        _ = try await server.register(key, "alice@example.org")
        let assertion = try await server.provider.assertion(
            of: TestClient(keyOfAccount: key),
            .with { $0.signature = .flipped }
        )
        let form =
            TestForm(dictionaryLiteral: ("grant_type", "client_credentials")) + TestProvider.form(assertion: assertion)
        let reply = try await server.call(.post, "/oauth/token", .form(form))
        #expect(reply.status == 400)
        #expect(reply.error == "invalid_grant")
    }

    @Test func `a challenge works once and the refusal hands out a fresh one`() async throws {
        let server = try await TestServer()
        let key = try TestKey.p256()
        _ = try await server.register(key, "alice@example.org")
        let challenge = try await server.call(.post, "/oauth/challenge")["challenge"]
        let client = TestClient(keyOfAccount: key)
        var replies: [TestReply] = []
        for _ in 1...2 {
            let assertion = try await server.provider.assertion(of: client, challenge: challenge)
            let form: TestForm = ["grant_type": "client_credentials"]
            replies.append(
                try await server.call(.post, "/oauth/token", .form(form + TestProvider.form(assertion: assertion)))
            )
        }
        #expect(replies.map(\.status) == [200, 400])
        #expect(replies[1].error == "invalid_grant")
        let fresh = try #require(replies[1].field("OAuth-Client-Attestation-Challenge"))
        #expect(fresh != challenge)
    }

    @Test func `introspection and revocation work over HTTP`() async throws {
        let server = try await TestServer()
        let client = try await server.provider.addClient(.clientSecretBasic)
        let fields: HTTPFields = [.authorization: TestProvider.basic(client.id, client.secret ?? "")]
        let granted = try await server.call(.post, "/oauth/token", .form(["grant_type": "client_credentials"]), fields)
        #expect(granted.status == 200)
        #expect(granted.json?.names.contains("access_token") == true)
        #expect(granted["token_type"] == "Bearer")
        #expect(granted.field("Cache-Control") == "no-store")
        let form: TestForm = ["token": granted["access_token"] ?? ""]
        let alive = try await server.call(.post, "/oauth/introspect", .form(form), fields)
        #expect(alive.json?["active"] == true)
        #expect(alive["client_id"] == client.id)
        #expect(try await server.call(.post, "/oauth/revoke", .form(form), fields).status == 200)
        let dead = try await server.call(.post, "/oauth/introspect", .form(form), fields)
        #expect(dead.json == ["active": false])
        #expect(try await server.call(.post, "/oauth/introspect", .form(form)).status == 401)
    }

    @Test(
        arguments: [
            (nil, 401, nil), ("Basic x", 401, nil), ("Bearer x", 401, "invalid_token"),
            ("Bearer", 400, "invalid_request"),
        ] as [(String?, Int, String?)]
    )
    func `userinfo without a good token says how to ask`(value: String?, status: Int, code: String?) async throws {
        let server = try await TestServer()
        for method in [HTTPRequest.Method.get, .post] {
            let reply = try await server.call(
                method,
                "/oauth/userinfo",
                .none,
                value.map { [.authorization: $0] } ?? [:]
            )
            #expect(reply.status == status)
            #expect(reply.error == code ?? "invalid_token")
            let challenge = try #require(reply.field("WWW-Authenticate"))
            #expect(
                challenge.hasPrefix("Bearer realm=\"martlet\", resource_metadata=\"https://id.example.org/.well-known/")
            )
            #expect(challenge.contains("error=\"") == (code != nil))
            #expect(reply.field("Cache-Control") == "no-store")
        }
    }
}
