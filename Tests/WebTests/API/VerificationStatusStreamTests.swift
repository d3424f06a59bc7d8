import Accounts
import HTTPTypes
import TestSupport
import Testing

@testable import Web

struct VerificationStatusStreamTests {
    private static let path = "/api/verification-status/alice%40example.org"

    @Test func `an address that is verified already is told at once`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        _ = try await server.call(.get, "/api/verify/\(token)")
        let reply = try await server.call(.get, Self.path)
        #expect(reply.status == 200)
        #expect(reply.text == "data: verified\n\n")
        #expect(reply.field("Content-Type") == "text/event-stream")
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(reply.field("Access-Control-Allow-Origin") == "*")
        #expect(reply.requestID != nil)
    }

    @Test func `a waiting stream is told of the verification and ends`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        async let stream = server.call(.get, Self.path)
        try await server.waitForWatcher()
        server.provider.watchers.keepAlive()
        #expect(try await server.call(.get, "/api/verify/\(token)").status == 200)
        let text = try await stream.text
        #expect(text.hasPrefix(": keep-alive\n\n"))
        #expect(text.hasSuffix("data: verified\n\n"))
        #expect(text.replacing(": keep-alive\n\n", with: "") == "data: verified\n\n")
    }

    @Test func `a stream of another address is not told`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        async let other = server.call(.get, "/api/verification-status/bob@example.org")
        async let own = server.call(.get, Self.path)
        try await server.waitForWatcher(count: 2)
        _ = try await server.call(.get, "/api/verify/\(token)")
        #expect(try await own.text.contains("verified"))
        server.provider.watchers.endAll()
        #expect(try await !other.text.contains("verified"))
    }

    @Test func `a stream ends without the news when the server stops`() async throws {
        let server = try await TestServer()
        async let stream = server.call(.get, Self.path)
        try await server.waitForWatcher()
        server.provider.watchers.endAll()
        #expect(try await stream.text == ": keep-alive\n\n")
    }

    @Test(arguments: [
        "/api/verification-status/x", "/api/verification-status/%40", "/api/verification-status/a%20b@example.org",
    ])
    func `what is no address gets 400`(path: String) async throws {
        let reply = try await TestServer().call(.get, path)
        #expect(reply.status == 400)
        #expect(reply["message"] == "Invalid email format")
    }

    @Test(arguments: [
        "/api/verification-status/", "/api/verification-status", "/api/verification-status/a%2Fb@example.org",
    ])
    func `what is no segment leads nowhere`(path: String) async throws {
        #expect(try await TestServer().call(.get, path).status == 404)
    }
}

extension TestServer {
    /// Returns once so many streams were opened: each is logged when it begins.
    func waitForWatcher(count: Int = 1) async throws {
        func streams() -> Int {
            log.lines.filter { $0.metadata["path"]?.contains("verification-status") ?? false }.count
        }
        while streams() < count { try await Task.sleep(for: .milliseconds(2)) }
    }
}
