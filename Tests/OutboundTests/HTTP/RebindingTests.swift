import Outbound
import Synchronization
import Testing

/// Names that lead to one address when they are looked at and to another when they are used.
struct RebindingTests {
    private let server: PythonServer
    /// Stands for an address of the internet; nobody listens there.
    private static let open: [UInt8] = [127, 0, 0, 2]
    private static let inner: [UInt8] = [127, 0, 0, 1]

    init() throws {
        server = try PythonServer("http_server.py", "--tls", "--names", "DNS:app.example")
    }

    private func client(
        _ addresses: String,
        _ mayReach: @escaping @Sendable ([UInt8]) -> Bool = { $0 == RebindingTests.open }
    ) -> HTTPClient {
        HTTPClient(
            policy: .addresses(mayReach),
            limits: HTTPClient.Limits(connectSeconds: 5, totalSeconds: 5),
            caFile: server.certificate,
            names: ["app.example:\(server.port):\(addresses)"]
        )
    }

    private var request: OutboundRequest { OutboundRequest(.get, "https://app.example:\(server.port)/echo") }

    @Test func `SS-02 a name that led outside and now leads inside is refused when it is used`() async throws {
        // Looked up at registration: nothing is wrong with it but that nobody answers.
        #expect(await failure(client("127.0.0.2"), request)?.kind == .connection)
        #expect(await failure(client("127.0.0.1"), request)?.kind == .refusedByPolicy)
    }

    @Test func `SS-02 of the addresses in one answer each is asked for before it is connected to`() async throws {
        let asked = Mutex<[[UInt8]]>([])
        let note: @Sendable ([UInt8]) -> Void = { bytes in asked.withLock { $0.append(bytes) } }
        let guarded = client("127.0.0.2,127.0.0.1") { bytes in
            note(bytes)
            return bytes == Self.open
        }
        #expect(await failure(guarded, request) != nil)
        #expect(
            asked.withLock { $0 } == [Self.open, Self.inner],
            "the second is asked for when the first does not answer"
        )
        // The control: with the second taken, too, it is reached.
        let loose = client("127.0.0.2,127.0.0.1") { _ in true }
        #expect(try await loose.send(request).status == 200)
    }

    @Test func `SS-02 what was taken for one exchange is asked for anew in the next`() async throws {
        let asked = Mutex(0)
        let client = client("127.0.0.1") { _ in
            asked.withLock { count in
                count += 1
                return count == 1
            }
        }
        #expect(try await client.send(request).status == 200)
        #expect(await failure(client, request)?.kind == .refusedByPolicy)
        #expect(asked.withLock { $0 } == 2)
    }
}
