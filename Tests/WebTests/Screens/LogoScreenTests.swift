import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// DR-05: what people see of an application's picture, and what its host hears of them.
struct LogoScreenTests {
    private static let url = "https://pictures.example/logo"
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    private static func app(_ answer: TestDocuments.Answer? = .bytes(png)) async throws -> RelyingParty {
        let server = try await TestServer()
        server.provider.documents.put(answer, at: url)
        return try await RelyingParty(server, id: "app & co") { $0.metadata.logo = WebAddress(url) }
    }

    private static func logo(_ app: RelyingParty, _ id: String = "app & co") async throws -> TestReply {
        try await TestBrowser(app.server).get("/logo?client_id=" + PercentEncoding.encode(id))
    }

    @Test func `the browser gets the picture from here, and its host hears of nobody`() async throws {
        let app = try await Self.app()
        let page = try await app.go(on: TestBrowser(app.server).get(app.request()), TestBrowser(app.server), as: "")
        #expect(page.attribute(after: "<img class=\"logo\" src=\"") == "/logo?client_id=app%20%26%20co")
        #expect(page.field("Content-Security-Policy")?.contains("img-src 'self' data:;") == true)
        for text in [page.text, page.field("Content-Security-Policy") ?? ""] {
            #expect(!text.contains("pictures.example"))
        }
        #expect(app.server.provider.documents.count(Self.url) == 0, "nothing waits for a picture")
        for _ in 0..<3 {
            let logo = try await Self.logo(app)
            #expect(logo.status == 200 && logo.body == Self.png && logo.field("Content-Type") == "image/png")
            #expect(logo.field("X-Content-Type-Options") == "nosniff" && logo.field("Set-Cookie") == nil)
            #expect(logo.field("Content-Security-Policy")?.hasSuffix("sandbox") == true)
            #expect(logo.field("Cross-Origin-Resource-Policy") == "same-origin")
        }
        #expect(app.server.provider.documents.count(Self.url) == 1)
    }

    @Test func `one that changed is seen an hour later, one that was away after a minute`() async throws {
        let app = try await Self.app(.failure("away"))
        #expect(try await Self.logo(app).status == 404)
        app.server.provider.documents.put(.bytes(Self.png), at: Self.url)
        app.server.provider.clock.advance(by: 59)
        #expect(try await Self.logo(app).status == 404)
        app.server.provider.clock.advance(by: 1)
        #expect(try await Self.logo(app).body == Self.png)
        app.server.provider.documents.put(.bytes(Self.png + [4]), at: Self.url)
        app.server.provider.clock.advance(by: 3599)
        #expect(try await Self.logo(app).body == Self.png)
        app.server.provider.clock.advance(by: 1)
        #expect(try await Self.logo(app).body == Self.png + [4])
    }

    @Test(
        arguments: [
            ("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            (" <?xml version='1.0'?><svg/>", "image/svg+xml"),
            ("GIF89a...", "image/gif"), ("RIFF....WEBPVP8 ", "image/webp"), ("<html><svg></svg></html>", nil),
            ("<?xml version='1.0'?><html/>", nil), ("<script>alert(1)</script>", nil), ("", nil), ("BM", nil),
        ] as [(String, String?)]
    )
    func `what is no picture is not passed on`(text: String, mediaType: String?) async throws {
        let reply = try await Self.logo(Self.app(.bytes(Array(text.utf8))))
        #expect(reply.status == (mediaType == nil ? 404 : 200))
        if let mediaType { #expect(reply.field("Content-Type") == mediaType) }
        if mediaType == nil { #expect(reply.body.isEmpty) }
    }

    @Test func `an application without a picture, and one that nobody knows, cause no request`() async throws {
        let app = try await Self.app()
        let plain = try await RelyingParty(app.server, id: "plain")
        for id in ["plain", "nobody", "", Self.url] { #expect(try await Self.logo(app, id).status == 404) }
        #expect(app.server.provider.documents.count(Self.url) == 0)
        #expect(!(try await TestBrowser(app.server).get(plain.request()).text.contains("class=\"logo\"")))
    }
}
