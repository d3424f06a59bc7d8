import Foundation
import Outbound
import Testing

struct HTTPClientTests {
    private struct Echo: Decodable {
        let method: String
        let headers: [[String]]
        let body: String

        func header(_ name: String) -> [String] { headers.filter { $0[0] == name }.map { $0[1] } }
    }

    private let client = HTTPClient(policy: .anyHost)
    private let server: PythonServer

    init() throws {
        server = try PythonServer("http_server.py")
    }

    private func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }

    @Test func `a GET asks for no encoding and gives status, headers and body`() async throws {
        let response = try await client.send(OutboundRequest(.get, url("/echo"), headers: [OutboundHeader("X-A", "b")]))
        let echo = try JSONDecoder().decode(Echo.self, from: Data(response.body))
        #expect(response.status == 200)
        #expect(response.header("content-type") == "application/json")
        #expect(response.header("X-Empty") == "" && response.header("X-Padded") == "a b")
        #expect(response.header("X-Missing") == nil)
        #expect(echo.method == "GET" && echo.header("X-A") == ["b"])
        #expect(echo.header("Accept-Encoding") == ["identity"])
    }

    @Test(arguments: ["", "grant_type=device_code", String(repeating: "x", count: 5_000)])
    func `a POST carries its body and headers`(body: String) async throws {
        let headers = [OutboundHeader("Content-Type", "application/x-test"), OutboundHeader("X-Empty", "")]
        let response = try await client.send(OutboundRequest(.post, url("/"), headers: headers, body: Array(body.utf8)))
        let echo = try JSONDecoder().decode(Echo.self, from: Data(response.body))
        #expect(echo.method == "POST" && echo.body == body)
        #expect(echo.header("Content-Type") == ["application/x-test"] && echo.header("X-Empty") == [""])
        #expect(echo.header("Content-Length") == ["\(body.utf8.count)"] && echo.header("Expect").isEmpty)
    }

    @Test(arguments: [204, 400, 404, 500, 503])
    func `a status that is no success is an answer`(status: Int) async throws {
        #expect(try await client.send(OutboundRequest(.get, url("/status/\(status)"))).status == status)
    }

    @Test(arguments: ["/sized/", "/chunked/"])
    func `a response may be as large as the limit and no larger`(path: String) async throws {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(bodyBytes: 1_000))
        let largest = try await client.send(OutboundRequest(.get, url(path + "1000")))
        #expect(largest.body.count == 1_000)
        #expect(await failure(client, OutboundRequest(.get, url(path + "1001")))?.kind == .tooLarge)
    }

    @Test func `the default limit is 64 KiB`() async throws {
        #expect(try await client.send(OutboundRequest(.get, url("/sized/65536"))).body.count == 65_536)
        #expect(await failure(client, OutboundRequest(.get, url("/sized/65537")))?.kind == .tooLarge)
    }

    @Test(arguments: ["/slow", "/drip"])
    func `an exchange ends in time however slow the server is`(path: String) async {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(totalSeconds: 1))
        #expect(await failure(client, OutboundRequest(.get, url(path)))?.kind == .timeout)
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        let response = try await client.send(OutboundRequest(.get, url("/redirect")))
        #expect(response.status == 302 && response.header("Location") == "/target")
        let hits = try await client.send(OutboundRequest(.get, url("/hits")))
        #expect(String(decoding: hits.body, as: UTF8.self) == #"["/redirect", "/hits"]"#)
    }

    @Test func `a compressed body is never asked for`() async throws {
        let response = try await client.send(OutboundRequest(.get, url("/gzip")))
        #expect(response.body == Array("plain".utf8))
    }

    @Test func `headers of interim responses are dropped`() async throws {
        let response = try await client.send(OutboundRequest(.get, url("/interim")))
        #expect(response.status == 200 && response.header("X-Late") == "1" && response.header("X-Early") == nil)
    }

    @Test(arguments: [
        ("/garbage", OutboundError.Kind.malformedResponse), ("/broken", .malformedResponse), ("/fat-head", .tooLarge),
    ])
    func `an answer that is not whole or not HTTP is an error`(path: String, kind: OutboundError.Kind) async {
        #expect(await failure(client, OutboundRequest(.get, url(path)))?.kind == kind)
    }

    @Test func `a port where nobody listens is a connection error`() async throws {
        _ = try server.stop(Echo.self)
        #expect(await failure(client, OutboundRequest(.get, url("/echo")))?.kind == .connection)
    }

    @Test func `a cancelled exchange ends`() async {
        let client = HTTPClient(policy: .anyHost, limits: HTTPClient.Limits(totalSeconds: 600))
        let request = OutboundRequest(.get, url("/slow"))
        let exchange = Task { [client] in await failure(client, request) }
        exchange.cancel()
        #expect(await exchange.value?.kind == .cancelled)
    }

    @Test func `a certificate counts when it is trusted and only then`() async throws {
        let secure = try PythonServer("http_server.py", "--tls")
        let request = OutboundRequest(.get, "https://127.0.0.1:\(secure.port)/echo")
        #expect(try await HTTPClient(policy: .anyHost, caFile: secure.certificate).send(request).status == 200)
        #expect(await failure(client, request)?.kind == .connection)
    }
}
