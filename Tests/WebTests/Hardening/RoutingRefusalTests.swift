import HTTPTypes
import JOSE
import Logging
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

struct RoutingRefusalTests {
    @Test(arguments: [
        (HTTPRequest.Method.get, "/nothing", 404, "not_found"), (.put, "/oauth/token", 405, "method_not_allowed"),
        (.get, "/oauth/token", 405, "method_not_allowed"), (.head, "/api/verify/x", 405, "method_not_allowed"),
        (.init("BREW")!, "/health", 405, "method_not_allowed"),
    ])
    func `a request without a route is refused like any other`(
        method: HTTPRequest.Method,
        path: String,
        status: Int,
        error: String
    ) async throws {
        let server = try await TestServer()
        let reply = try await server.call(method, path)
        #expect(reply.status == status)
        #expect(reply.field("Cache-Control") == "no-store")
        #expect((reply.field("Allow") != nil) == (status == 405))
        if method != .head {
            #expect(reply.json?.names == ["error", "error_description", "error_uri"])
            #expect(reply.error == error)
            #expect(reply["error_uri"] == "\(TestProvider.issuer)/oauth/errors#\(error)")
        }
        #expect(server.log[reply.requestID].map(\.level) == [.info])
        #expect(server.log[reply.requestID].first?.metadata["error"] == error)
        #expect(server.journal[reply.requestID].map(\.refusal.error) == [error])
    }

    @Test(arguments: ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"])
    func `no Host or two is refused in the same shape, and ends the connection`(hosts: String) async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(to: port, [.send("GET /health HTTP/1.1\r\n\(hosts)\r\n")])
        }
        #expect(outcome.statuses == [400])
        #expect(outcome.wasClosed)
        for part in [#""error":"invalid_request""#, "error_description", "error_uri", "Cache-Control: no-store"] {
            #expect(outcome.text.contains(part))
        }
        #expect(server.journal.entries.map(\.refusal.failed.check) == ["Host"])
    }

    @Test(arguments: [
        ("/nothing", "/nothing"), ("/api/verifyy/0f8fad5b-d9cb-469f-a165-70867728950e", "/api/verifyy/…"),
        ("/api/verify/0f8fad5b-d9cb-469f-a165-70867728950e/", "/api/verify/…/"),
        ("/0f8fad5b-d9cb-469f-a165-70867728950e", "/…"),
        ("/" + String(repeating: "a", count: 24), "/" + String(repeating: "a", count: 24)),
        ("/" + String(repeating: "a", count: 25) + "/b", "/…/b"), ("/1/2/3/4/5/6/7/8/9", "/1/2/3/4/5/6/7/…"),
    ])
    func `the log does not have an unknown path whole`(path: String, shown: String) async throws {
        let server = try await TestServer()
        let reply = try await server.call(.get, path)
        #expect(reply.status == 404)
        #expect(server.log[reply.requestID].first?.metadata["path"] == shown)
        #expect(server.journal[reply.requestID].first?.endpoint == "GET \(shown)")
        #expect(!(server.log.text + server.journal.text).contains("0f8fad5b"))
    }

    @Test func `where only the method is wrong the log has the pattern`() async throws {
        let server = try await TestServer()
        let reply = try await server.call(.post, "/api/verify/0f8fad5b-d9cb-469f-a165-70867728950e")
        #expect(reply.status == 405)
        #expect(server.log[reply.requestID].first?.metadata["path"] == "/api/verify/{token}")
        #expect(server.journal[reply.requestID].first?.endpoint == "POST /api/verify/{token}")
        #expect(!(server.log.text + server.journal.text).contains("0f8fad5b"))
    }

    @Test(arguments: [
        "/oauth/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource", "/health", "/assets/martlet.css",
    ])
    func `HEAD of a document has the fields of GET and no body`(path: String) async throws {
        let server = try await TestServer()
        let ours: Set<String> = ["X-Request-Id", "Date"]
        func fields(_ reply: TestReply) -> [String] {
            reply.fields.filter { !ours.contains($0.name.rawName) }.map { "\($0.name.rawName): \($0.value)" }
        }
        let get = try await server.call(.get, path)
        let head = try await server.call(.head, path)
        #expect(head.status == 200)
        #expect(head.body.isEmpty && !get.body.isEmpty)
        #expect(fields(head) == fields(get))
        #expect(head.field("Content-Length") == "\(get.body.count)")
        #expect(try await server.call(.put, path).field("Allow") == "GET, HEAD")
    }

    @Test func `HEAD does not follow a verification link, nor open a stream`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        #expect(try await server.call(.head, "/api/verify/\(token)").status == 405)
        #expect(try await server.call(.head, "/api/verification-status/alice%40example.org").status == 405)
        #expect(try await server.call(.get, "/api/verify/\(token)").status == 200)
    }
}
