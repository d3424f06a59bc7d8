import TestSupport
import Testing

@testable import Web

struct ExpectContinueTests {
    private static func head(_ method: String, _ path: String, length: Int, expecting value: String) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\nExpect: \(value)\r\n\r\n"
    }

    /// Of a request that is the last one of its client.
    private static func lastHead(expecting value: String) -> String {
        head("POST", "/api/send-verification", length: 29, expecting: "\(value)\r\nConnection: close")
    }

    @Test(arguments: ["100-continue", "100-Continue"])
    func `a request that will be read is asked for`(value: String) async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(
                to: port,
                [
                    .send(Self.lastHead(expecting: value)),
                    .pause(.milliseconds(300)), .send(#"{"email":"alice@example.org"}"#),
                ]
            )
        }
        #expect(outcome.statuses == [100, 200])
        #expect(outcome.text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"))
    }

    @Test(arguments: [
        ("POST", "/api/send-verification", 65_537, 413), ("POST", "/nothing", 5, 404), ("PUT", "/oauth/token", 5, 405),
        ("GET", "/health", 5, 200),
    ])
    func `a request that will not be read gets its reply and the end`(
        method: String,
        path: String,
        length: Int,
        status: Int
    ) async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(
                to: port,
                [.send(Self.head(method, path, length: length, expecting: "100-continue"))]
            )
        }
        #expect(outcome.statuses == [status])
        #expect(outcome.wasClosed)
    }

    @Test func `another expectation changes nothing`() async throws {
        let server = try await TestServer()
        let outcome = try await server.live { port in
            try await RawConnection.run(
                to: port,
                [
                    .send(Self.lastHead(expecting: "200-ok")),
                    .send(#"{"email":"alice@example.org"}"#),
                ]
            )
        }
        #expect(outcome.statuses == [200])
    }
}
