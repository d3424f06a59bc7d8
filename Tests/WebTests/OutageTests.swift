import JOSE
import OAuth
import Logging
import Storage
import Accounts
import HTTPTypes
import Provider
import TestSupport
import Testing

@testable import Web

/// What is answered while the database is not there.
struct OutageTests {
    private static func server(_ error: any Error) async throws -> (TestServer, token: String, client: TestClient) {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        let client = try await provider.addClient(.clientSecretPost)
        let stores = FailingStores(error: error)
        let dependencies = Dependencies(
            settings: provider.dependencies.settings,
            stores: .init(
                clients: stores,
                subjects: stores,
                revocations: stores,
                replays: provider.stores.replays,
                sessions: provider.stores.sessions,
                refreshTokens: provider.stores.refreshTokens,
                codes: provider.stores.codes,
                consents: provider.stores.consents,
                resources: provider.stores.resources,
                pushedRequests: provider.stores.pushedRequests
            ),
            documents: TestDocuments(),
            keys: provider.dependencies.keys,
            sealing: provider.dependencies.sealing,
            random: provider.random,
            now: provider.clock.now
        )
        let registration = Registration(
            store: stores,
            settings: RegistrationSettings(baseURL: TestProvider.issuer),
            watchers: provider.watchers,
            random: provider.random,
            now: provider.clock.now
        )
        let core = try await Provider(dependencies, startedAt: provider.clock.now(), hasHistory: false)
        return (try TestServer(over: provider, .init(core: core, registration: registration)), token, client)
    }

    /// Every request that needs the database.
    private static func requests(
        _ token: String,
        _ client: TestClient
    ) throws -> [(HTTPRequest.Method, String, TestBody, HTTPFields)] {
        let secret: TestForm = ["client_id": client.id, "client_secret": client.secret ?? ""]
        let mail = TestBody.json(["email": "alice@example.org"])
        return [
            (.post, "/oauth/token", .form(secret + ["grant_type": "client_credentials"]), [:]),
            (.post, "/oauth/introspect", .form(secret + ["token": token]), [:]),
            (.post, "/oauth/revoke", .form(secret + ["token": token]), [:]),
            (.get, "/oauth/userinfo", .none, [.authorization: "Bearer \(token)"]),
            (.post, "/api/send-verification", mail, [:]),
            (.get, "/api/verification-status/alice@example.org", .none, [:]),
            (.get, "/api/verify/00000000-0000-4000-8000-000000000000", .none, [:]),
            (.post, "/api/register", .registration(key: try .known(), "martlet_rg_x"), [:]),
        ]
    }

    @Test func `what needs a store that is away is 503 and may be tried again`() async throws {
        let (server, token, client) = try await Self.server(AwayError())
        for (method, path, body, fields) in try Self.requests(token, client) {
            let reply = try await server.call(method, path, body, fields)
            #expect(reply.status == 503, "\(path)")
            #expect(reply.field("Retry-After") == "2")
            #expect(reply.field("Cache-Control") == "no-store")
            if path.hasPrefix("/api/") && !path.contains("/verify/") {
                #expect(reply.json?["success"] == false)
            } else {
                #expect(reply.error == "temporarily_unavailable")
            }
            #expect(server.log[reply.requestID].map(\.level) == [.error])
            #expect(server.journal[reply.requestID].map(\.refusal.isFault) == [true])
        }
    }

    @Test func `a store that fails for good is 500 and its words stay inside`() async throws {
        let (server, token, client) = try await Self.server(BrokenError())
        for (method, path, body, fields) in try Self.requests(token, client) {
            let reply = try await server.call(method, path, body, fields)
            #expect(reply.status == 500, "\(path)")
            #expect(!reply.text.contains("malformed at page"))
            #expect(server.log[reply.requestID].first?.metadata["seen"] == BrokenError().description)
        }
    }

    @Test(
        arguments: [
            (.get, "/oauth/jwks"), (.get, "/.well-known/openid-configuration"),
            (.get, "/.well-known/oauth-authorization-server"), (.get, "/.well-known/oauth-protected-resource"),
            (.post, "/oauth/challenge"), (.get, "/oauth/errors"), (.get, "/assets/martlet.css"),
        ] as [(HTTPRequest.Method, String)]
    )
    func `what needs no store goes on`(method: HTTPRequest.Method, path: String) async throws {
        let (server, _, _) = try await Self.server(AwayError())
        #expect(try await server.call(method, path).status == 200)
    }
}
