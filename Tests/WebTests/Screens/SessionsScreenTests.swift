import Pages
import HTTPTypes
import JOSE
import Provider
import TestSupport
import Testing

@testable import Web

struct SessionsScreenTests {
    private func server() async throws -> TestServer {
        let server = try await TestServer()
        try await server.person("ada")
        try await server.person("eve")
        return server
    }

    private func session(on page: TestReply) -> String { page.attribute(after: "name=\"session\" value=\"") ?? "" }

    @Test func `a person sees the own sessions and ends one`() async throws {
        let server = try await server()
        let (here, there) = (TestBrowser(server), TestBrowser(server))
        try await there.signIn("ada")
        try await here.signIn("ada")
        let page = try await here.get("/account/sessions")
        #expect(page.text.contains("This one"))
        let reply = try await here.submit(
            "/account/sessions/end",
            on: "/account/sessions",
            ["session": session(on: page)]
        )
        #expect(reply.location == "/account/sessions?done=session-ended")
        #expect(try await there.get("/account").status == 303)
        #expect(try await here.get("/account").status == 200)
    }

    @Test func `nobody ends somebody else's session`() async throws {
        let server = try await server()
        let (ada, other, eve) = (TestBrowser(server), TestBrowser(server), TestBrowser(server))
        try await ada.signIn("ada")
        try await other.signIn("ada")
        try await eve.signIn("eve")
        let id = session(on: try await ada.get("/account/sessions"))
        let reply = try await eve.submit("/account/sessions/end", on: "/account/sessions", ["session": id])
        #expect(reply.status == 404)
        #expect(reply.alert == "There is no such session. It may be over already.")
        #expect(try await other.get("/account").status == 200)
        // The control: it is alive, and its owner can end it.
        let own = try await ada.submit("/account/sessions/end", on: "/account/sessions", ["session": id])
        #expect(own.status == 303)
        #expect(try await other.get("/account").status == 303)
    }

    @Test func `all others end at once`() async throws {
        let server = try await server()
        let browsers = (0..<3).map { _ in TestBrowser(server) }
        for browser in browsers { try await browser.signIn("ada") }
        _ = try await browsers[0].submit("/account/sessions/end-others", on: "/account/sessions", [:])
        #expect(try await browsers[0].get("/account").status == 200)
        for browser in browsers.dropFirst() { #expect(try await browser.get("/account").status == 303) }
    }

    @Test func `a session ends when it was not used for two hours`() async throws {
        let server = try await server()
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        server.provider.clock.advance(by: 7_200)
        #expect(try await browser.get("/account").status == 303)
    }

    @Test(
        arguments: [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android"
            ),
            ("curl/8.5.0", "curl"), ("", "An unnamed program"), ("something/1.0", "something/1.0"),
        ]
    )
    func `a device has a name`(agent: String, name: String) {
        #expect(DeviceName(userAgent: agent).text.words(in: Catalogues.installed.english) == name)
    }
}
