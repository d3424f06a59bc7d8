import Accounts
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct ActivationRoutesTests {
    private let face: SessionFace

    init() async throws {
        face = try await SessionFace()
    }

    private static let body: JSONObject = [
        "email": "ada@example.org", "password": .string(SessionFace.password), "name": "Ada  Lovelace",
        "username": "ada",
        "client": .object(ProfilePartsBodyTests.client),
    ]

    private func register(_ changes: JSONObject = [:], _ fields: HTTPFields = [:]) async throws -> TestReply {
        try await face.server.call(.post, "/users/register", .json(.object(Self.body.merging(changes))), fields)
    }

    /// The path and query of the link in the newest mail.
    private func link() async throws -> String {
        let words = try #require(try await face.server.mails().last).body.split(whereSeparator: \.isWhitespace)
        let link = try #require(words.first { $0.hasPrefix(TestProvider.issuer) })
        return String(link.dropFirst(TestProvider.issuer.count))
    }

    @Test func `registration, activation, login`() async throws {
        let reply = try await register()
        #expect(reply.status == 200 && reply["message"] == "Verification email sent.")
        #expect(try await face.login().status == 404)
        let activated = try await face.server.call(.get, try await link())
        #expect(activated.status == 200 && activated["message"] == "User activated successfully.")
        #expect(try await face.login().json == ["email": "ada@example.org", "name": "Ada Lovelace"])
        let again = try await face.server.call(.get, try await link())
        #expect(again.status == 303 && again.field("Location") == TestProvider.issuer + "/account/link-not-valid")
    }

    @Test func `a link that came too late leads to the page`() async throws {
        _ = try await register()
        face.provider.clock.advance(by: 86_400)
        #expect(try await face.server.call(.get, try await link()).status == 303)
        #expect(try await face.login().status == 404)
    }

    @Test func `the one-time token does nothing without its seal`() async throws {
        _ = try await register()
        let sealed = try await link().split(separator: "=").last.map(String.init) ?? ""
        let token = try #require(face.link.open(sealed))
        #expect(token.hasPrefix("martlet_mt_"))
        #expect(try await face.server.call(.get, "/users/register/verify?token=\(token)").status == 303)
    }

    @Test func `an administrator's word is needed for another`() async throws {
        #expect(try await register(["admin": [:]]).status == 403)
        try await face.account("boss") { $0.roles = [.admin] }
        try await face.account("bob")
        for (name, status) in [("bob", 403), ("boss", 200)] {
            let cookie = try #require(try await face.login(name).sessionCookie)
            #expect(try await register(["admin": [:]], [.cookie: "session_uuid=\(cookie)"]).status == status)
        }
        let ada = try face.provider.stores.accounts.account(.username(Username("ada")!))
        #expect(ada?.roles == [.admin] && ada?.profile.admin == [:])
    }

    @Test func `what is taken is 409, also by one who waits`() async throws {
        #expect(try await register().status == 200)
        let email = try await register(["username": "bob"])
        #expect(email.status == 409 && email["message"] == "email is taken")
        let username = try await register(["email": "bob@example.org"])
        #expect(username.status == 409 && username["message"] == "username is taken")
    }

    @Test func `a network registers so many an hour`() async throws {
        let face = try await SessionFace(registrations: 1)
        let body = { (name: String) in
            TestBody.json(
                .object(Self.body.merging(["username": .string(name), "email": .string("\(name)@example.org")]))
            )
        }
        #expect(try await face.server.call(.post, "/users/register", body("ada")).status == 200)
        let reply = try await face.server.call(.post, "/users/register", body("bob"))
        #expect(reply.status == 429 && reply.field("Retry-After") == "3600")
        face.provider.clock.advance(by: 3601)
        #expect(try await face.server.call(.post, "/users/register", body("bob")).status == 200)
    }

    @Test func `pages of other sites register nobody`() async throws {
        #expect(try await register([:], [.origin: "https://evil.example"]).status == 403)
        #expect(try await register([:], [.origin: TestProvider.issuer]).status == 200)
    }
}
