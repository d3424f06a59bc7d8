import Accounts
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct SessionRenewalRouteTests {
    private let face: SessionFace
    private let account: Account

    init() async throws {
        face = try await SessionFace()
        account = try await face.account()
    }

    /// A cookie whose session has just idled out.
    private func idle(remember: Bool = true) async throws -> String {
        let cookie = try #require(try await face.login(remember: remember).sessionCookie)
        face.provider.clock.advance(by: 7_199)
        #expect(try await face.verify(cookie).status == 200)
        try await face.settle()
        face.provider.clock.advance(by: 7_200)
        return cookie
    }

    @Test func `a remembered session that idled out is renewed, with a cookie to the same end`() async throws {
        let old = try await idle()
        let reply = try await face.verify(old)
        #expect(reply.status == 200 && reply["email"] == "ada@example.org")
        let new = try #require(reply.sessionCookie)
        #expect(try face.session(new) != face.session(old))
        #expect(reply.field("Set-Cookie")?.contains("Max-Age=\(7_776_000 - 14_399)") == true)
        let now = face.provider.clock.now()
        #expect(face.volatile.value(SessionRecords.name(of: try face.session(new)), at: now) != nil)
        #expect(face.volatile.value(SessionRecords.name(of: try face.session(old)), at: now) == nil)
        #expect(try await face.verify(new).status == 200)
        #expect(try await face.logout(new).status == 200)
        for cookie in [old, new] { #expect(try await face.verify(cookie).status == 401) }
    }

    @Test func `one that nobody asked to remember is over`() async throws {
        let reply = try await face.verify(try await idle(remember: false))
        #expect(reply.status == 401 && reply.sessionCookie?.isEmpty == true)
    }

    @Test func `a logout while it was idle is the end`() async throws {
        let cookie = try await idle()
        #expect(try await face.logout(cookie).status == 200)
        #expect(try await face.verify(cookie).status == 401)
    }

    @Test func `a logout with the old cookie ends the new session`() async throws {
        let old = try await idle()
        let new = try #require(try await face.verify(old).sessionCookie)
        #expect(try await face.logout(old).status == 200)
        #expect(try await face.verify(new).status == 401)
    }

    @Test func `a changed password or a blocked account is not renewed`() async throws {
        let store = face.provider.stores.accounts
        let (first, now) = (try await idle(), face.provider.clock.now())
        #expect(try await store.setPassword("r", of: account.id, endsOthers: true, except: nil, at: now))
        #expect(try await face.verify(first).status == 401)
        let bob = try await face.account("bob")
        let second = try #require(try await face.login("bob", remember: true).sessionCookie)
        face.provider.clock.advance(by: 7_200)
        #expect(try await store.setState(.blocked, of: bob.id))
        #expect(try await face.verify(second).status == 401)
    }
}
