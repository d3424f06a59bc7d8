import JOSE
import Logging
import HTTPTypes
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// What is kept of requests, for operators: enough to explain each refusal, and no secret.
struct RequestLogTests {
    @Test func `a refusal is in the journal and the log under the id of its reply`() async throws {
        let server = try await TestServer()
        let key = try TestKey.p256()
        _ = try await server.register(key, "alice@example.org")
        let client = TestClient(keyOfAccount: key)
        let assertion = try await server.provider.assertion(
            of: client,
            .with { $0.claims["aud"] = "https://other.example" }
        )
        let form: TestForm = ["grant_type": "client_credentials"]
        let reply = try await server.call(.post, "/oauth/token", .form(form + TestProvider.form(assertion: assertion)))
        #expect(reply.status == 401)

        let entries = server.journal[reply.requestID]
        #expect(entries.map(\.endpoint) == ["POST /oauth/token"])
        #expect(entries.map(\.refusal.failed.check) == ["aud"])
        #expect(entries.map(\.refusal.error) == [reply.error])
        #expect(entries.map(\.time) == [server.provider.clock.now()])
        #expect(entries.first?.refusal.isFault == false)

        let line = try #require(server.log[reply.requestID].first)
        #expect(line.level == .warning)
        #expect(line.metadata["check"] == "aud")
        #expect(line.metadata["path"] == "/oauth/token")
        #expect(line.metadata["status"] == "401")
        #expect(line.metadata["expected"]?.contains(TestProvider.issuer) == true)
        #expect(line.metadata["seen"]?.contains("https://other.example") == true)
    }

    @Test func `a reply that refuses nothing is not in the journal`() async throws {
        let server = try await TestServer()
        for path in ["/health", "/oauth/jwks", "/oauth/errors"] { _ = try await server.call(.get, path) }
        #expect(server.journal.entries.isEmpty)
        // The control.
        let stranger = try await server.call(.get, "/nothing")
        #expect(server.journal[stranger.requestID].map(\.refusal.failed.check) == ["path"])
    }

    @Test func `calls are told at info and documents at debug`() async throws {
        let server = try await TestServer()
        let call = try await server.call(.post, "/oauth/challenge")
        #expect(server.log[call.requestID].map(\.level) == [.info])
        for path in ["/oauth/jwks", "/health", "/.well-known/openid-configuration"] {
            let reply = try await server.call(.get, path)
            #expect(server.log[reply.requestID].map(\.level) == [.debug])
        }
    }

    /// The secrets among these that a text holds.
    private static func leaked(_ secrets: [String], in text: String) -> [String] {
        secrets.filter { $0.utf8.count >= 16 && text.contains($0) }
    }

    @Test func `neither log nor journal keeps a secret, whatever was asked`() async throws {
        let server = try await TestServer()
        let key = try TestKey.p256()
        let (mailToken, registration) = try await server.ask("alice@example.org")
        var secrets = [mailToken, registration]
        // The token of a mail in every place where somebody may put it: before it is used, and after.
        for _ in 1...2 {
            for path in [
                "/api/verify/\(mailToken)/", "//api/verify/\(mailToken)", "/api/verify/\(mailToken)/x",
                "/API/verify/\(mailToken)", "/api/verify%2F\(mailToken)", "/\(mailToken)",
                "/api/verify/\(mailToken)%2F",
                "/api/verify/\(mailToken)x",
                "/oauth/errors?token=\(mailToken)",
            ] { _ = try await server.call(.get, path) }
            _ = try await server.call(.put, "/api/verify/\(mailToken)")
            _ = try await server.call(.options, "/api/verify/\(mailToken)")
            #expect(try await server.call(.get, "/api/verify/\(mailToken)").status != 404)
        }
        let wrongType = TestBody.raw(Array(registration.utf8), type: "text/plain")
        _ = try await server.call(.post, "/api/register", wrongType)
        _ = try await server.call(.post, "/api/register", .registration(key: key, registration + "x"))
        _ = try await server.call(.post, "/api/register", .registration(key: key, registration))

        let token = try await server.token(of: key)
        secrets += [token, String(token.split(separator: ".").last ?? "")]
        let bearer: HTTPFields = [.authorization: "Bearer \(token)"]
        #expect(try await server.call(.get, "/oauth/userinfo", .none, bearer).status == 200)
        for broken in [token + "x", String(token.dropLast()), "x" + token] {
            _ = try await server.call(.get, "/oauth/userinfo", .none, [.authorization: "Bearer \(broken)"])
        }
        _ = try await server.call(.get, "/oauth/userinfo?access_token=\(token)")
        _ = try await server.call(.post, "/oauth/userinfo", .form(["access_token": token]))
        _ = try await server.call(.get, "/oauth/userinfo", .none, [.authorization: token])

        let assertion = try await server.provider.assertion(of: TestClient(keyOfAccount: key))
        secrets += [assertion, String(assertion.split(separator: ".").last ?? "")]
        let form: TestForm = ["grant_type": "client_credentials"]
        for _ in 1...2 {
            _ = try await server.call(.post, "/oauth/token", .form(form + TestProvider.form(assertion: assertion)))
        }
        _ = try await server.call(.post, "/oauth/token", .form(["grant_type": assertion, "client_id": assertion]))
        _ = try await server.call(.post, "/oauth/token", .form(form + ["client_assertion_type": assertion]))

        for method in [ClientAuthenticationMethod.clientSecretBasic, .clientSecretPost, .clientSecretJWT] {
            let client = try await server.provider.addClient(method, id: "client-\(method)")
            let secret = client.secret ?? ""
            secrets.append(secret)
            let right: TestForm = ["client_id": client.id, "client_secret": secret]
            for form in [form + right, form + right.setting("client_secret", to: secret + "x"), right] {
                _ = try await server.call(.post, "/oauth/token", .form(form))
            }
            for password in [secret, secret + "x"] {
                let fields: HTTPFields = [.authorization: TestProvider.basic(client.id, password)]
                secrets.append(String((fields[.authorization] ?? "").dropFirst(6)))
                _ = try await server.call(.post, "/oauth/token", .form(form), fields)
                _ = try await server.call(.post, "/oauth/introspect", .form(["token": token]), fields)
                _ = try await server.call(.post, "/oauth/revoke", .form(["token": token]), fields)
            }
        }
        let kept = server.log.text + server.journal.text
        #expect(server.log.lines.count > 60)
        #expect(Self.leaked(secrets, in: kept) == [])

        // The control: the search finds each secret where one is planted.
        for secret in secrets {
            let planted = RecordingLog()
            planted.logger.debug("request", metadata: ["path": "/api/verify/\(secret)"])
            #expect(Self.leaked([secret], in: planted.text) == [secret])
        }
    }
}
