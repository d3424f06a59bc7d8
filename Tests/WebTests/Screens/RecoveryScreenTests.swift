import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct RecoveryScreenTests {
    private func server() async throws -> TestServer {
        let server = try await TestServer()
        try await server.person("ada")
        return server
    }

    private func link(_ server: TestServer) async throws -> String {
        server.provider.clock.advance(by: 1)
        _ = try await TestBrowser(server).submit("/recover", on: "/recover", ["email": "ada@example.org"])
        return try await "/recover/" + server.mailedToken("/recover/", to: "ada@example.org")
    }

    @Test func `the answer is the same whether or not the address has an account`() async throws {
        let server = try await server()
        let replies = [
            try await TestBrowser(server).submit("/recover", on: "/recover", ["email": "ada@example.org"]),
            try await TestBrowser(server).submit("/recover", on: "/recover", ["email": "nobody@example.org"]),
        ]
        #expect(replies.map(\.status) == [303, 303])
        #expect(replies.map(\.location) == Array(repeating: "/recover?done=recovery-sent", count: 2))
        #expect(replies[0].fields.map(\.name) == replies[1].fields.map(\.name))
        #expect(try await server.mails().count == 1)
    }

    @Test func `a link is looked at as often as one likes and works once`() async throws {
        let server = try await server()
        let signedIn = TestBrowser(server)
        try await signedIn.signIn("ada")
        let link = try await link(server)
        let browser = TestBrowser(server)
        for _ in 0..<3 { #expect(try await browser.get(link).status == 200) }
        let weak = try await browser.submit(link, on: link, ["password": "password"])
        #expect(weak.status == 422)
        #expect(weak.text.contains("is among the commonest passwords"))
        let reply = try await browser.submit(link, on: link, ["password": "another horse"])
        #expect(reply.location == "/sign-in?done=password-set")
        #expect(try await signedIn.get("/account").status == 303)
        #expect(try await browser.get(link).status == 400)
        #expect(try await browser.signIn("ada", password: "another horse").status == 303)
        #expect(try await TestBrowser(server).signIn("ada").status == 403)
    }

    @Test func `a link dies after an hour, and when a newer one is sent`() async throws {
        let server = try await server()
        let (old, new) = (try await link(server), try await link(server))
        #expect(old != new)
        #expect(try await TestBrowser(server).get(old).status == 400)
        #expect(try await TestBrowser(server).get(new).status == 200)
        server.provider.clock.advance(by: 3600)
        #expect(try await TestBrowser(server).get(new).status == 400)
    }

    @Test(arguments: ["", "x", "a@b", "a b@example.org"])
    func `what is no address is refused and shown again`(text: String) async throws {
        let reply = try await TestBrowser(try await server()).submit("/recover", on: "/recover", ["email": text])
        #expect(reply.status == 422)
        #expect(reply.text.contains("id=\"email-problem\""))
    }
}
