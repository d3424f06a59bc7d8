import Cryptography
import HTTPTypes
import JOSE
import PASETO
import Provider
import Synchronization
import TestSupport
import Testing

@testable import Web

struct CookieTests {
    private func request(_ cookies: String...) -> EndpointRequest {
        var fields = HTTPFields()
        for cookie in cookies { fields.append(HTTPField(name: .cookie, value: cookie)) }
        return EndpointRequest(path: "/", fields: fields, clientAddress: "192.0.2.1")
    }

    @Test(arguments: [
        ("a=1", "a", "1"), ("b=2; a=1", "a", "1"), ("a=1=2", "a", "1=2"), ("aa=1", "a", nil), ("a=", "a", nil),
        ("a", "a", nil),
        ("a=1; a=2", "a", nil), ("a=1; a=1", "a", nil), ("A=1", "a", nil),
    ])
    func `a cookie is found by its exact name, and only when it was sent once`(
        sent: String,
        name: String,
        value: String?
    ) {
        #expect(RequestCookies(request(sent).fields)[name] == value)
    }

    @Test func `two Cookie fields count as one`() {
        #expect(RequestCookies(request("a=1", "b=2").fields)["b"] == "2")
        #expect(RequestCookies(request("a=1", "a=2").fields)["a"] == nil)
    }

    @Test func `a set cookie carries every protection and no domain`() {
        #expect(
            SetCookie("n", "v", lifetime: 60).field.value
                == "n=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax"
        )
        #expect(SetCookie.cleared("n").field.value == "n=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax")
    }

    private let clock = MovableClock()

    private func cookie(_ name: String = "c", key: UInt8 = 7) throws -> SessionCookie {
        try SessionCookie(
            name,
            key: Array(repeating: key, count: 32),
            random: SeededRandom(seed: 1),
            now: clock.now
        )
    }

    /// The request that a browser makes after `field` was set.
    private func following(_ field: HTTPField) -> EndpointRequest {
        request(String(field.value.prefix { $0 != ";" }))
    }

    @Test func `a session cookie leads back to its session until its end`() throws {
        let made = try cookie()
        let contents = SessionCookie.Contents(
            session: Session.ID("s"),
            account: Subject.ID("a"),
            expiry: clock.now() + 60
        )
        let next = following(try made.field(contents))
        #expect(made.contents(of: next)?.session == Session.ID("s"))
        #expect(made.contents(of: next)?.account == Subject.ID("a"))
        clock.advance(by: 60)
        #expect(made.contents(of: next) == nil)
        #expect(made.isPresent(in: next))
    }

    @Test func `a session cookie is good under its own name and key alone, and unchanged`() throws {
        let contents = SessionCookie.Contents(session: Session.ID("s"), account: nil, expiry: clock.now() + 60)
        let text = String(try cookie().field(contents).value.prefix { $0 != ";" }.dropFirst(2))
        #expect(try cookie().contents(of: request("c=" + text)) != nil)
        #expect(try cookie("d").contents(of: request("d=" + text)) == nil)
        #expect(try cookie(key: 8).contents(of: request("c=" + text)) == nil)
        for index in text.indices.dropFirst(9) {
            var changed = text
            changed.replaceSubrange(index...index, with: changed[index] == "A" ? "B" : "A")
            guard changed.dropLast() != text.dropLast() else { continue }
            #expect(try cookie().contents(of: request("c=" + changed)) == nil)
        }
    }

    @Test(
        arguments: [
            ([:], true), ([.origin: "https://id.example"], true), ([.origin: "https://evil.example"], false),
            ([.origin: "null"], false), ([.origin: "https://id.example.evil"], false),
            ([.origin: "http://id.example"], false),
            ([.origin: "null", HTTPField.Name("Sec-Fetch-Site")!: "same-origin"], true),
            ([.origin: "null", HTTPField.Name("Sec-Fetch-Site")!: "cross-site"], false),
            ([.origin: "https://evil.example", HTTPField.Name("Sec-Fetch-Site")!: "same-origin"], false),
            ([HTTPField.Name("Sec-Fetch-Site")!: "same-origin"], true),
            ([HTTPField.Name("Sec-Fetch-Site")!: "none"], true),
            ([HTTPField.Name("Sec-Fetch-Site")!: "cross-site"], false),
            ([HTTPField.Name("Sec-Fetch-Site")!: "same-site"], false),
        ] as [(HTTPFields, Bool)]
    )
    func `a write from another site's page is refused`(fields: HTTPFields, isTaken: Bool) {
        let guarding = SameOrigin(Settings(issuer: "https://id.example/path"))
        let request = EndpointRequest(path: "/", fields: fields, clientAddress: "192.0.2.1")
        #expect(((try? guarding.check(request)) != nil) == isTaken)
    }
}
