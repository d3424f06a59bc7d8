import HTTPTypes
import JOSE
import Provider
import TestSupport
import Testing

@testable import Web

struct ScreensTests {
    @Test func `a link works once`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        let first = try await server.call(.get, "/api/verify/\(token)")
        #expect(first.status == 200)
        #expect(first.field("Content-Type") == "text/html; charset=utf-8")
        #expect(first.field("Cache-Control") == "no-store")
        #expect(first.field("Referrer-Policy") == "no-referrer")
        let second = try await server.call(.get, "/api/verify/\(token)")
        #expect(second.status == 400)
        #expect(second.text.contains("This link does not work"))
        #expect(server.journal[second.requestID].map(\.refusal.failed.check) == ["verification token"])
        #expect(server.journal[first.requestID].isEmpty)
    }

    @Test func `a link expires after a day`() async throws {
        let server = try await TestServer()
        let token = try await server.ask("alice@example.org").token
        server.provider.clock.advance(by: 86_400)
        #expect(try await server.call(.get, "/api/verify/\(token)").status == 400)
    }

    @Test(arguments: [
        "x", "00000000-0000-4000-8000-000000000000", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%27%20OR%201=1--", "%00",
    ])
    func `an unknown token gets a page that does not repeat it`(token: String) async throws {
        let reply = try await TestServer().call(.get, "/api/verify/\(token)")
        // An encoded slash makes the path lead nowhere at all.
        #expect(reply.status == (token.contains("%2F") ? 404 : 400))
        #expect(!reply.text.contains("alert"))
        #expect(!reply.text.contains("00000000"))
    }

    @Test func `error_uri leads to a page with an anchor for its error`() async throws {
        let server = try await TestServer()
        let refused = try await server.call(.post, "/oauth/token", .form(["grant_type": "password"]))
        let link = try #require(refused["error_uri"])
        let parts = link.dropFirst(TestProvider.issuer.count).split(separator: "#")
        let page = try await server.call(.get, String(parts[0]))
        #expect(page.status == 200)
        #expect(page.field("Content-Type") == "text/html; charset=utf-8")
        #expect(page.text.contains("id=\"\(parts[1])\""))
    }

    @Test func `the stylesheet that the pages link to is there, with a validator`() async throws {
        let server = try await TestServer(issuer: "https://id.example.org/tenant")
        let page = try await server.call(.get, "/tenant/oauth/errors")
        #expect(page.text.contains("href=\"/tenant/assets/martlet.css\""))
        let style = try await server.call(.get, "/tenant/assets/martlet.css")
        #expect(style.status == 200)
        #expect(style.field("Content-Type") == "text/css; charset=utf-8")
        #expect(style.field("Cache-Control") == "public, max-age=300")
        let tag = try #require(style.field("ETag"))
        #expect(try await server.call(.get, "/tenant/assets/martlet.css", .none, [.ifNoneMatch: tag]).status == 304)
    }
}
