import Accounts
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

/// The user-management face, and what of it depends on time.
struct UserManagementTests {
    private func me(_ faces: TestFaces, _ token: String?) async throws -> TestReply {
        let fields: HTTPFields = token.map { [.cookie: "access_token=\($0)"] } ?? [:]
        return try await faces.server.call(.get, "/v1/users/me", .none, fields)
    }

    private func refresh(_ faces: TestFaces, _ token: String?) async throws -> TestReply {
        let fields: HTTPFields = token.map { [.cookie: "refresh_token=\($0)"] } ?? [:]
        return try await faces.server.call(.get, "/v1/refresh/jwt", .none, fields)
    }

    @Test func `an access token lives a minute, and the refresh token brings the next`() async throws {
        let faces = try await TestFaces()
        let id = try await faces.account("ada")
        let signedIn = try await faces.signIn("ada")
        faces.clock.advance(by: 59)
        #expect(try await me(faces, signedIn.cookie("access_token"))["_id"] == id.description)
        faces.clock.advance(by: 1)
        let late = try await me(faces, signedIn.cookie("access_token"))
        #expect(late.status == 401)
        #expect(faces.server.journal[late.requestID].map(\.refusal.failed.check) == ["exp"])
        let next = try await refresh(faces, signedIn.cookie("refresh_token"))
        #expect(try await me(faces, next.cookie("access_token"))["_id"] == id.description)
    }

    @Test(arguments: [(0, 200), (9, 200), (10, 401)])
    func `a refresh token is good again within the grace only`(wait: Int64, status: Int) async throws {
        let faces = try await TestFaces()
        try await faces.account("ada")
        let first = try await faces.signIn("ada").cookie("refresh_token")
        let second = try await refresh(faces, first)
        faces.clock.advance(by: wait)
        let again = try await refresh(faces, first)
        #expect(again.status == status)
        #expect(again.cookie("refresh_token") == (status == 200 ? second.cookie("refresh_token") : ""))
        #expect(try await refresh(faces, second.cookie("refresh_token")).status == status)
        #expect(try await me(faces, second.cookie("access_token")).status == status)
    }

    @Test(arguments: [(7199, 200), (7200, 401)])
    func `a sign-in that is not used for the life of its refresh token is over`(wait: Int64, status: Int) async throws {
        let faces = try await TestFaces()
        try await faces.account("ada")
        let token = try await faces.signIn("ada").cookie("refresh_token")
        faces.clock.advance(by: wait)
        #expect(try await refresh(faces, token).status == status)
    }

    @Test func `a sign-in ends after twelve hours, however often it is used`() async throws {
        let faces = try await TestFaces()
        try await faces.account("ada")
        var token = try await faces.signIn("ada").cookie("refresh_token")
        for _ in 0..<11 {
            faces.clock.advance(by: 3600)
            token = try await refresh(faces, token).cookie("refresh_token")
            #expect(token?.isEmpty == false)
        }
        faces.clock.advance(by: 3600)
        #expect(try await refresh(faces, token).status == 401)
    }

    @Test func `what the client sees is short, what the log keeps says why`() async throws {
        let faces = try await TestFaces()
        try await faces.account("ada")
        let token = try await faces.signIn("ada").cookie("access_token") ?? ""
        let list = try await faces.server.call(.get, "/v1/users", .none, [.cookie: "access_token=\(token)"])
        #expect(list.status == 403)
        #expect(list.json?.names == ["message"])
        #expect(faces.server.journal[list.requestID].map(\.refusal.failed.check) == ["permission"])
        let none = try await me(faces, nil)
        #expect(none.json?.names == ["message"])
        #expect(none.field("WWW-Authenticate")?.contains("error") == false)
        #expect(!faces.server.log.text.contains(token))
    }

    @Test func `a token whose entry is gone from the store is dead`() async throws {
        let faces = try await TestFaces()
        try await faces.account("ada")
        let token = try await faces.signIn("ada").cookie("access_token")
        #expect(try await me(faces, token).status == 200)
        _ = try await faces.stores.database.write { try $0.execute("DELETE FROM issued_token") }
        let reply = try await me(faces, token)
        #expect(reply.status == 401)
        #expect(faces.server.journal[reply.requestID].map(\.refusal.failed.check) == ["sid"])
    }

    @Test func `sign-ups of a network are limited, and hashed only when there is room`() async throws {
        let faces = try await TestFaces(signUpLimit: 2)
        for (number, status) in [201, 201, 429].enumerated() {
            let body: JSON = ["username": .string("user\(number)"), "password": .string(TestFaces.password)]
            #expect(try await faces.server.call(.post, "/v1/users", .json(body)).status == status)
        }
        faces.clock.advance(by: 3601)
        let body: JSON = ["username": "later", "password": .string(TestFaces.password)]
        #expect(try await faces.server.call(.post, "/v1/users", .json(body)).status == 201)
    }

    @Test func `the link to the next page carries what was asked for`() throws {
        let page = try UserPage(query: "limit=7&search=a%20b%2F%C3%A9")
        #expect(
            page.link(after: Account.ID("x"), at: "https://id.example.org/v1/users")
                == "<https://id.example.org/v1/users?limit=7&after=x&search=a%20b%2F%C3%A9>; rel=\"next\""
        )
    }
}
