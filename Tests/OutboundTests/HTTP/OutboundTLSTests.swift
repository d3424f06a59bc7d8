import Outbound
import Testing

/// With whom TLS is spoken for an address that others gave, and how. The authority is trusted in each case, so that nothing else is wrong.
struct OutboundTLSTests {
    /// What comes of an exchange with a server of its own; nil for a reply.
    private func failure(_ arguments: String..., host: String = "127.0.0.1") async throws -> OutboundError? {
        let server = try PythonServer("http_server.py", arguments: ["--tls"] + arguments)
        let client = HTTPClient(
            policy: .addresses { _ in true },
            caFile: server.certificate,
            names: ["app.example:\(server.port):127.0.0.1"]
        )
        return await OutboundTests.failure(client, OutboundRequest(.get, "https://\(host):\(server.port)/echo"))
    }

    @Test(arguments: ["DNS:other.example", "IP:127.0.0.2", "DNS:127.0.0.1", "DNS:localhost"])
    func `SS-08 the certificate of another address is none`(names: String) async throws {
        #expect(try await failure("--names", names)?.kind == .connection)
    }

    @Test(arguments: [
        "DNS:other.example", "DNS:example", "DNS:*.app.example", "DNS:app.example.evil.example", "DNS:*",
        "IP:127.0.0.1",
    ])
    func `SS-08 the certificate of another host is none`(names: String) async throws {
        #expect(try await failure("--names", names, host: "app.example")?.kind == .connection)
    }

    @Test func `SS-08 a certificate that ran out is none`() async throws {
        #expect(try await failure("--expired")?.kind == .connection)
    }

    @Test(arguments: ["1.0", "1.1"])
    func `SS-08 an old version of TLS is not spoken`(version: String) async throws {
        #expect(try await failure("--newest", version)?.kind == .connection)
    }

    @Test func `the control: a good certificate, and version 1.2`() async throws {
        #expect(try await failure() == nil)
        #expect(try await failure("--newest", "1.2") == nil)
        #expect(try await failure("--names", "DNS:app.example", host: "app.example") == nil)
    }
}
