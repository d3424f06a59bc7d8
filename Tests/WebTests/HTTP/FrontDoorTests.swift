import OAuth
import Logging
import HTTPTypes
import JOSE
import Provider
import TestSupport
import Testing

@testable import Web

struct FrontDoorTests {
    @Test(arguments: [
        "//oauth/jwks", "/oauth//jwks", "/oauth/jwks/", "/oauth/jwks//", "/OAUTH/jwks", "/oauth/JWKS", "/oauth%2Fjwks",
        "/oauth%2fjwks", "%2Foauth/jwks", "/%6Fauth/jwks", "/oauth/%6Awks", "/./oauth/jwks", "/oauth/./jwks",
        "/oauth/x/../jwks", "/oauth/jwks;x", "/oauth/jwks;jsessionid=1", "/oauth;x/jwks", "/oauth/jwks%00",
        "/oauth/jwks%20", "/oauth/jwks.json", "/oauth/userinfo/x.css", "/oauth\\jwks", "/", "/oauth", "/nothing",
    ])
    func `a path has one form`(path: String) async throws {
        let server = try await TestServer()
        let reply = try await server.call(.get, path)
        #expect(reply.status == 404)
        #expect(reply.error == "not_found")
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(reply.requestID != nil)
    }

    @Test(arguments: ["/oauth/jwks", "/oauth/jwks?", "/oauth/jwks?x=1", "/oauth/jwks?/../x"])
    func `a query does not change where a path leads`(path: String) async throws {
        #expect(try await TestServer().call(.get, path).status == 200)
    }

    @Test(arguments: [
        ("/oauth/token", "POST"), ("/oauth/challenge", "POST"), ("/oauth/introspect", "POST"),
        ("/oauth/revoke", "POST"), ("/oauth/par", "POST"),
        ("/oauth/userinfo", "GET, POST"), ("/oauth/jwks", "GET, HEAD"), ("/api/send-verification", "POST"),
        ("/api/register", "POST"), ("/api/verification-status/a@example.org", "GET"), ("/api/verify/x", "GET"),
        ("/health", "GET, HEAD"), ("/.well-known/openid-configuration", "GET, HEAD"),
        ("/.well-known/oauth-authorization-server", "GET, HEAD"),
        ("/.well-known/oauth-protected-resource", "GET, HEAD"),
        ("/oauth/errors", "GET"), ("/assets/martlet.css", "GET, HEAD"),
    ])
    func `another method is told which are allowed`(path: String, allowed: String) async throws {
        let server = try await TestServer()
        let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch, .trace, .init("BREW")!]
        for method in methods where !allowed.contains(method.rawValue) {
            let reply = try await server.call(method, path, .none, [.init("X-HTTP-Method-Override")!: "GET"])
            #expect(reply.status == 405)
            #expect(reply.field("Allow") == allowed)
            #expect(reply.error == "method_not_allowed")
            #expect(reply.requestID != nil)
        }
    }

    @Test(arguments: [
        ("/oauth/jwks", 200), ("/health", 200), ("/.well-known/openid-configuration", 200),
        ("/assets/martlet.css", 200),
        ("/oauth/userinfo", 405), ("/oauth/token", 405), ("/api/verify/x", 405), ("/api/verification-status/x", 405),
        ("/nothing", 404),
    ])
    func `HEAD is answered for documents, and never with a body`(path: String, status: Int) async throws {
        let server = try await TestServer()
        let reply = try await server.call(.head, path)
        #expect(reply.status == status)
        #expect(reply.body.isEmpty)
        #expect(reply.requestID != nil)
        if status == 200 {
            let whole = try await server.call(.get, path)
            #expect(reply.field("Content-Type") == whole.field("Content-Type"))
            #expect(reply.field("ETag") == whole.field("ETag"))
        }
    }

    @Test(arguments: [
        "/oauth/token", "/oauth/challenge", "/oauth/userinfo", "/oauth/introspect", "/oauth/revoke", "/oauth/jwks",
        "/oauth/par",
        "/api/send-verification", "/api/register", "/api/verification-status/x", "/api/verify/x", "/health",
        "/oauth/errors",
        "/.well-known/openid-configuration", "/nothing",
    ])
    func `every reply carries a request id of its own`(path: String) async throws {
        let server = try await TestServer()
        var ids: Set<String> = []
        for method in [HTTPRequest.Method.get, .post, .options] {
            ids.insert(try #require(try await server.call(method, path).requestID))
        }
        #expect(ids.count == 3)
        #expect(ids.allSatisfy { $0.hasPrefix("p1-") })
    }

    @Test func `a request id of the caller's is not taken over`() async throws {
        let reply = try await TestServer().call(.get, "/health", .none, [.init("X-Request-Id")!: "mine"])
        #expect(reply.requestID?.hasPrefix("p1-") == true)
        #expect(reply.fields[values: .init("X-Request-Id")!].count == 1)
    }

    @Test(arguments: [65_536, 65_537, 200_000])
    func `a body over 64 KiB is 413 and the end of the connection`(size: Int) async throws {
        let server = try await TestServer()
        let body = TestBody.raw([UInt8](repeating: 0x61, count: size), type: "application/x-www-form-urlencoded")
        for path in [
            "/oauth/token", "/oauth/challenge", "/oauth/introspect", "/oauth/revoke", "/oauth/userinfo", "/oauth/par",
        ] {
            let reply = try await server.call(.post, path, body)
            #expect((reply.status == 413) == (size > 65_536))
            #expect((reply.field("Connection") == "close") == (size > 65_536))
            if size > 65_536 {
                #expect(reply.error == "invalid_request")
                #expect(server.journal[reply.requestID].map(\.refusal.failed.check) == ["body"])
            }
        }
    }

    @Test func `a body over 64 KiB is refused in the shape of its API`() async throws {
        let server = try await TestServer()
        let body = TestBody.raw([UInt8](repeating: 0x61, count: 65_537), type: "application/json")
        for (path, names) in [
            ("/api/send-verification", ["success", "message"]), ("/api/register", ["success", "message", "user_id"]),
        ] {
            let reply = try await server.call(.post, path, body)
            #expect(reply.status == 413)
            #expect(reply.json?.names == names)
            #expect(reply["message"] == "the body is too large")
            #expect(reply.field("Connection") == "close")
        }
    }

    @Test(arguments: ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip", "GZIP"])
    func `a compressed body is 415`(coding: String) async throws {
        let server = try await TestServer()
        let client = try await server.provider.addClient(.clientSecretPost)
        let form: TestForm = [
            "grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret ?? "",
        ]
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"] {
            let reply = try await server.call(.post, path, .form(form), [.contentEncoding: coding])
            #expect(reply.status == 415)
            #expect(reply.error == "invalid_request")
        }
        for path in ["/api/send-verification", "/api/register"] {
            let reply = try await server.call(.post, path, .json([:]), [.contentEncoding: coding])
            #expect(reply.status == 415)
            #expect(reply.json?["success"] == false)
        }
        // The control.
        let plain = try await server.call(.post, "/oauth/token", .form(form), [.contentEncoding: "identity"])
        #expect(plain.status == 200)
    }

    @Test(arguments: ["garbage", "00-0-0-0", "ff-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff", "\u{1}", ""])
    func `fields for tracing and proxies change nothing`(value: String) async throws {
        let server = try await TestServer()
        let right = try await server.call(.get, "/.well-known/openid-configuration")
        for name in [
            "traceparent", "tracestate", "baggage", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto",
            "X-Forwarded-Host",
        ] {
            let reply = try await server.call(.get, "/.well-known/openid-configuration", .none, [.init(name)!: value])
            #expect(reply.status == 200)
            #expect(reply.body == right.body)
        }
    }

    @Test func `an error that nobody expected tells the client nothing`() async throws {
        let server = try await TestServer(
            .init(routes: [
                Route(.get, "/broken", refusal: { Refusals(settings: .init(issuer: "https://x")).reply(to: $0) }) { _ in
                    throw BrokenError()
                }
            ])
        )
        let reply = try await server.call(.get, "/broken")
        #expect(reply.status == 500)
        #expect(reply.error == "server_error")
        #expect(!reply.text.contains("malformed"))
        #expect(server.log[reply.requestID].map(\.level) == [.error])
        #expect(server.log[reply.requestID].first?.metadata["seen"] == BrokenError().description)
        #expect(server.journal[reply.requestID].map(\.endpoint) == ["GET /broken"])
    }
}
