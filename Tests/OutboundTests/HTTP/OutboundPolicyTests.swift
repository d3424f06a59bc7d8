import Outbound
import Synchronization
import Testing

/// Where requests to URLs of others may lead.
struct OutboundPolicyTests {
    private let server: PythonServer

    init() throws {
        server = try PythonServer("http_server.py", "--tls")
    }

    private func client(_ mayReach: @escaping @Sendable ([UInt8]) -> Bool) -> HTTPClient {
        HTTPClient(
            policy: .addresses(mayReach),
            limits: HTTPClient.Limits(connectSeconds: 5, totalSeconds: 5),
            caFile: server.certificate
        )
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
    func `an address that is not taken is not reached, however it is written`(host: String) async {
        let asked = Mutex<[[UInt8]]>([])
        let client = client { bytes in
            asked.withLock { $0.append(bytes) }
            return false
        }
        let failure = await failure(client, OutboundRequest(.get, "https://\(host):\(server.port)/echo"))
        #expect(failure?.kind == .refusedByPolicy)
        let loopback = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 127, 0, 0, 1]
        let seen = asked.withLock { $0 }
        #expect(!seen.isEmpty)
        #expect(seen.allSatisfy { (loopback + [mapped]).contains($0) })
    }

    @Test func `an address that is taken is reached`() async throws {
        let client = client { $0 == [127, 0, 0, 1] }
        let request = OutboundRequest(.get, "https://127.0.0.1:\(server.port)/echo")
        #expect(try await client.send(request).status == 200)
    }

    @Test func `a stream of lines is held to the same`() async {
        let lines = client { _ in false }.lines(of: "https://127.0.0.1:\(server.port)/echo")
        let failure = await #expect(throws: OutboundError.self) { for try await _ in lines {} }
        #expect(failure?.kind == .refusedByPolicy)
    }

    @Test(arguments: ["http", "ftp", "file", "HTTP"])
    func `only https is spoken`(scheme: String) async {
        let failure = await failure(
            client { _ in true },
            OutboundRequest(.get, "\(scheme)://127.0.0.1:\(server.port)/echo")
        )
        #expect(failure?.kind == .refusedByPolicy)
    }

    @Test func `an authority that is not trusted is not believed`() async {
        let client = HTTPClient(policy: .addresses { _ in true })
        let failure = await failure(client, OutboundRequest(.get, "https://127.0.0.1:\(server.port)/echo"))
        #expect(failure?.kind == .connection)
    }
}
