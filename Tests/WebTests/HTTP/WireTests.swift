import HTTPTypes
import HummingbirdCore
import NIOCore
import Provider
import TestSupport
import Testing

@testable import Web

/// What is on the wire between the real server and a client that writes as it likes.
struct WireTests {
    private static let short: ConnectionDeadlines = {
        var deadlines = ConnectionDeadlines()
        (deadlines.head, deadlines.request) = (.milliseconds(300), .milliseconds(300))
        deadlines.interval = .milliseconds(50)
        return deadlines
    }()

    private static let get = "GET /oauth/jwks HTTP/1.1\r\nHost: id.example.org\r\n\r\n"
    private static let last = "GET /oauth/jwks HTTP/1.1\r\nHost: id.example.org\r\nConnection: close\r\n\r\n"
    private static let post = "POST /oauth/challenge HTTP/1.1\r\nHost: id.example.org\r\nContent-Length: 64\r\n\r\n"

    /// The deadlines themselves are tested with a clock of their own; this is that the server has them.
    @Test(arguments: ["", "GET /health HTTP/1.1\r\nX: ", post + "abc"])
    func `a client that stops in the middle is cut`(bytes: String) async throws {
        let server = try await TestServer()
        let outcome = try await server.live(Self.short) { port in
            try await RawConnection.run(to: port, bytes.isEmpty ? [] : [.send(bytes)])
        }
        #expect(outcome.wasClosed)
        #expect(outcome.statuses == [])
    }

    /// Bytes that are no request, or not one that may be answered.
    @Test(arguments: [
        "\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /oauth/challenge HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: a\u{0}b\r\n\r\n",
        "POST /oauth/challenge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", "GET /health HTTP/1.0\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\n" + (0..<70).map { "X-\($0): y\r\n" }.joined() + "\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "y", count: 20_000) + "\r\n\r\n",
        "GET /" + String(repeating: "y", count: 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func `what is no request is 400 with an id, and the connection ends`(bytes: String) async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            // Whatever follows is not looked at.
            try await RawConnection.run(to: port, [.send(bytes + Self.get)])
        }
        #expect(outcome.statuses == [400])
        #expect(outcome.wasClosed)
        #expect(outcome.text.lowercased().contains("\r\nx-request-id: p1-"))
        #expect(outcome.text.lowercased().contains("\r\nx-content-type-options: nosniff"))
    }

    @Test(arguments: ["id.example.org", "other.example", "127.0.0.1:8080", "[::1]", "x"])
    func `one Host of any name is served, and documents do not depend on it`(host: String) async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(
                to: port,
                [.send("GET /.well-known/openid-configuration HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")]
            )
        }
        #expect(outcome.statuses == [200])
        #expect(outcome.text.contains("\"issuer\":\"https://id.example.org\""))
        #expect(!outcome.text.contains(host) || host == "id.example.org" || host == "x")
    }

    @Test func `the connection ends after a body that is too large, and what follows is not served`() async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            let head = "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n"
            return try await RawConnection.run(
                to: port,
                [.send(head + String(repeating: "a", count: 70_000) + Self.get)]
            )
        }
        #expect(outcome.statuses == [413])
        #expect(outcome.wasClosed)
    }

    @Test func `an endless body is cut`() async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            let head = "POST /oauth/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "4000\r\n" + String(repeating: "a", count: 0x4000) + "\r\n"
            return try await RawConnection.run(to: port, [.send(head)] + Array(repeating: .send(chunk), count: 2000))
        }
        #expect(outcome.wasClosed)
        #expect(outcome.statuses == [413] || outcome.statuses.isEmpty)
    }

    @Test func `the reply to HEAD has no body, so that the next reply is not mistaken`() async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            let head = "HEAD /oauth/jwks HTTP/1.1\r\nHost: x\r\n\r\n"
            return try await RawConnection.run(to: port, [.send(head + Self.last)])
        }
        let replies = outcome.text.split(separator: "HTTP/1.1 ")
        #expect(replies.count == 2)
        #expect(replies.first?.hasSuffix("\r\n\r\n") == true)
    }

    @Test func `a hundred requests on one connection are answered in their order`() async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(
                to: port,
                [
                    .send(
                        String(repeating: Self.get + Self.post + String(repeating: "a", count: 64), count: 50)
                            + Self.last
                    )
                ]
            )
        }
        #expect(outcome.statuses == Array(repeating: 200, count: 101))
        let kinds = outcome.text.split(separator: "HTTP/1.1 ").map { $0.contains("\"keys\"") }
        #expect(kinds == (0..<101).map { $0 % 2 == 0 })
    }
}
