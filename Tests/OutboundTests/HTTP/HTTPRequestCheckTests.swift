import Outbound
import Testing

/// The error of an exchange, or nil when there was a response.
func failure(_ client: HTTPClient, _ request: OutboundRequest) async -> OutboundError? {
    do {
        _ = try await client.send(request)
        return nil
    } catch {
        return error
    }
}

/// What is refused before anything is sent: nobody listens at the port, so a request that is sent fails otherwise.
struct HTTPRequestCheckTests {
    private let client = HTTPClient(policy: .anyHost)

    @Test func `a request that is well formed is sent`() async {
        let headers = [OutboundHeader("X-Plain", "1: ;,ä"), OutboundHeader("Empty", "")]
        let request = OutboundRequest(.get, "HTTP://127.0.0.1:1/echo?a=b#c", headers: headers)
        #expect(await failure(client, request)?.kind == .connection)
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "127.0.0.1/echo", "", "HTTPX://a/",
    ])
    func `other schemes are refused`(url: String) async {
        #expect(await failure(client, OutboundRequest(.get, url))?.kind == .refusedByPolicy)
    }

    @Test func `a URL that could carry more than an address is refused`() async {
        for path in ["/a b", "/a\r\nX: y", "/ä", "/\0"] {
            #expect(await failure(client, OutboundRequest(.get, "http://127.0.0.1:1\(path)"))?.kind == .invalidRequest)
        }
        let named = "http://user:password@127.0.0.1:1/echo"
        #expect(await failure(client, OutboundRequest(.get, named))?.kind == .invalidRequest)
    }

    @Test(arguments: [
        ("X\r\nY", "1"), ("X Y", "1"), ("", "1"), ("X:", "1"), ("X", "1\r\nY: 2"), ("X", "1\0"), ("X;", "1"),
    ])
    func `a header that could be two is refused`(name: String, value: String) async {
        let request = OutboundRequest(.get, "http://127.0.0.1:1/echo", headers: [OutboundHeader(name, value)])
        #expect(await failure(client, request)?.kind == .invalidRequest)
    }
}
