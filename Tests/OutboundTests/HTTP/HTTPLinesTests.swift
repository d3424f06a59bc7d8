import Outbound
import Testing

struct HTTPLinesTests {
    private let server: PythonServer

    init() throws {
        server = try PythonServer("http_server.py")
    }

    private func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }

    private func error(of lines: AsyncThrowingStream<String, any Error>) async -> OutboundError.Kind? {
        do {
            for try await _ in lines {}
            return nil
        } catch {
            return (error as? OutboundError)?.kind
        }
    }

    @Test func `lines arrive while the response goes on`() async throws {
        let client = HTTPClient(policy: .anyHost)
        var lines: [String] = []
        for try await line in client.lines(of: url("/events")) {
            lines.append(line)
            // The server sends what follows only after this request.
            if line == "data: first" { _ = try await client.send(OutboundRequest(.get, url("/release"))) }
        }
        #expect(
            lines == [": keep-alive", "", "data: first", "", "data: zweite Zeile äöü", "data: last without an end"]
        )
    }

    @Test func `a stream that nobody reads any longer is closed`() async throws {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(totalSeconds: 60))
        for try await line in client.lines(of: url("/endless")) where line == "data: tick" { break }
        #expect(try await client.send(OutboundRequest(.get, url("/dropped"))).status == 200)
    }

    @Test func `a cancelled reader closes its stream`() async throws {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(totalSeconds: 60))
        let endless = url("/endless")
        let reading = Task { for try await _ in client.lines(of: endless) {} }
        reading.cancel()
        _ = await reading.result
        for try await _ in client.lines(of: endless) { break }
        #expect(try await client.send(OutboundRequest(.get, url("/dropped"))).status == 200)
    }

    @Test(arguments: [
        ("/status/404", OutboundError.Kind.status(404)), ("/redirect", .status(302)), ("/broken", .malformedResponse),
    ])
    func `a response that is no stream is an error`(path: String, kind: OutboundError.Kind) async {
        #expect(await error(of: HTTPClient(policy: .anyHost).lines(of: url(path))) == kind)
    }

    @Test func `a line has a largest size`() async {
        let small = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(bodyBytes: 4_999))
        let large = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(bodyBytes: 5_000))
        #expect(await error(of: small.lines(of: url("/long-line"))) == .tooLarge)
        #expect(await error(of: large.lines(of: url("/long-line"))) == nil)
    }

    @Test func `a silent stream ends`() async {
        #expect(await error(of: HTTPClient(policy: .anyHost).lines(of: url("/slow"), idleSeconds: 1)) == .timeout)
    }

    @Test func `a flood that is not read stops at the buffer`() async throws {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(totalSeconds: 60))
        let lines = client.lines(of: url("/flood"))
        // Nobody reads until the connection has ended.
        #expect(try await client.send(OutboundRequest(.get, url("/dropped"))).status == 200)
        #expect(await error(of: lines) == .tooLarge)
    }

    @Test func `a stream goes only where the policy allows`() async {
        #expect(await error(of: HTTPClient(policy: .anyHost).lines(of: "file:///etc/passwd")) == .refusedByPolicy)
    }
}
