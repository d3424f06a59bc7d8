import Accounts
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct SessionRoutesTests {
    private let face: SessionFace

    init() async throws {
        face = try await SessionFace()
        try await face.account()
    }

    @Test func `the health check is JSON with the seed's sentence`() async throws {
        let reply = try await face.server.call(.get, "/health-check")
        #expect(reply.status == 200 && reply["message"] == "Application is safe and healthy. :)")
    }

    @Test func `login, verification, logout`() async throws {
        let login = try await face.login()
        #expect(login.status == 200)
        #expect(login.json == ["email": "ada@example.org", "name": "Name of ada"])
        let cookie = try #require(login.sessionCookie)
        #expect(cookie.hasPrefix("v4.local."))
        #expect(login.field("Set-Cookie")?.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax") == true)
        #expect(login.field("Set-Cookie")?.contains("Max-Age") == false)
        let verified = try await face.verify(cookie)
        #expect(verified.status == 200 && verified.json == login.json && verified.sessionCookie == nil)
        let logout = try await face.logout(cookie)
        #expect(logout.status == 200 && logout.sessionCookie?.isEmpty == true)
        #expect(logout.field("Set-Cookie")?.contains("Max-Age=0") == true)
        let dead = try await face.verify(cookie)
        #expect(dead.status == 401 && dead.sessionCookie?.isEmpty == true && dead["message"] != nil)
        #expect(try await face.logout(cookie).status == 200)
    }

    @Test func `who asks to be remembered gets a cookie for ninety days`() async throws {
        let reply = try await face.login(remember: true)
        #expect(reply.field("Set-Cookie")?.contains("; Max-Age=7776000; ") == true)
    }

    @Test func `a good cookie is no reason to log in again, a dead one is none to refuse`() async throws {
        let cookie = try #require(try await face.login().sessionCookie)
        let again = try await face.login(password: "anything", with: cookie)
        #expect(again.status == 200 && again["message"] == "You are already logged in." && again.sessionCookie == nil)
        _ = try await face.logout(cookie)
        let fresh = try #require(try await face.login(with: cookie).sessionCookie)
        #expect(try face.session(fresh) != face.session(cookie))
    }

    @Test func `a login ends the session of the cookie that it replaces, so that nobody renews that`() async throws {
        let old = try #require(try await face.login(remember: true).sessionCookie)
        face.provider.clock.advance(by: 7_200)
        _ = try #require(try await face.login(with: old).sessionCookie)
        #expect(try await face.verify(old).status == 401)
    }

    @Test func `a wrong password, an unknown address and a blocked account get the same answer`() async throws {
        let blocked = try await face.account("eve")
        #expect(try await face.provider.stores.accounts.setState(.blocked, of: blocked.id))
        let wrong = try await face.login(password: "another password")
        #expect(wrong.status == 404 && wrong["message"] != nil && wrong.sessionCookie == nil)
        for reply in [try await face.login("nobody"), try await face.login("eve")] {
            #expect(reply.status == 404 && reply.body == wrong.body && reply.sessionCookie == nil)
        }
        #expect(try await face.login().status == 200)
    }

    @Test func `an account that was not activated is told so when its password is right`() async throws {
        try await face.account("new") { $0.isActivated = false }
        let right = try await face.login("new")
        #expect(right.status == 404 && right["message"]?.contains("link") == true && right.sessionCookie == nil)
        let wrong = try await face.login("new", password: "another password")
        #expect(wrong.status == 404 && wrong["message"]?.contains("link") == false)
    }

    @Test func `too many failures wait`() async throws {
        let face = try await SessionFace(SignInLimits(perAccount: 2, perAddress: 100))
        try await face.account()
        for _ in 0..<2 { #expect(try await face.login(password: "another password").status == 404) }
        let reply = try await face.login()
        #expect(reply.status == 429 && reply.field("Retry-After") == "60" && reply["message"] != nil)
    }

    static let malformed: [JSON] = [
        [:], ["email": "ada@example.org"], ["password": "x"], ["email": "ada", "password": "x"],
        ["email": 1, "password": "x"], ["email": "ada@example.org", "password": []],
        ["email": "ada@example.org", "password": .string(SessionFace.password), "rememberMe": "yes"],
        ["email": "ada@example.org", "password": .string(SessionFace.password), "rememberMe": 1],
    ]

    @Test(arguments: malformed)
    func `a malformed login is refused`(body: JSON) async throws {
        let reply = try await face.server.call(.post, "/users/login", .json(body))
        #expect(reply.status == 400 && reply["message"] != nil && reply.sessionCookie == nil)
    }

    @Test func `without a cookie there is nothing to verify and nothing to end`() async throws {
        #expect(try await face.verify(nil).status == 400)
        #expect(try await face.logout(nil).status == 400)
    }

    @Test(arguments: ["x", "v4.local.", "v4.local.AAAA", "v4.public.AAAA"])
    func `a cookie that was not made here is over, and is taken away`(cookie: String) async throws {
        let reply = try await face.verify(cookie)
        #expect(reply.status == 401 && reply.sessionCookie?.isEmpty == true)
        #expect(try await face.logout(cookie).status == 200)
    }

    @Test func `pages of other sites neither log in nor out`() async throws {
        let cookie = try #require(try await face.login().sessionCookie)
        let foreign: HTTPFields = [.origin: "https://evil.example"]
        #expect(try await face.login("ada", foreign).status == 403)
        #expect(try await face.logout(cookie, foreign).status == 403)
        #expect(try await face.verify(cookie).status == 200)
        #expect(try await face.logout(cookie, [.origin: TestProvider.issuer]).status == 200)
    }
}
