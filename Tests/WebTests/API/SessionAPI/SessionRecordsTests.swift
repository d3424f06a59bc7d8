import Accounts
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct SessionRecordsTests {
    private let face: SessionFace
    private let account: Account
    private let cookie: String
    private let name: VolatileKey

    init() async throws {
        face = try await SessionFace()
        account = try await face.account()
        cookie = try #require(try await face.login().sessionCookie)
        name = SessionRecords.name(of: try face.session(cookie))
    }

    private func stored() -> [UInt8]? { face.volatile.value(name, at: face.provider.clock.now()) }

    @Test func `a login files a second token, under the session's id`() throws {
        #expect(name.description == "session:\(try face.session(cookie))")
        let record = try #require(stored())
        #expect(record.starts(with: "v4.local.".utf8) && record != Array(cookie.utf8))
    }

    @Test func `a record that was lost is written anew`() async throws {
        face.volatile.remove(name)
        #expect(try await face.verify(cookie).status == 200)
        #expect(stored() != nil)
    }

    @Test func `a record that is there is left alone`() async throws {
        let before = stored()
        #expect(try await face.verify(cookie).status == 200)
        #expect(stored() == before)
    }

    @Test func `a record that nobody can read is written anew`() async throws {
        let now = face.provider.clock.now()
        face.volatile.set(name, to: Array("v4.local.nonsense".utf8), until: now + 60, at: now)
        let reply = try await face.verify(cookie)
        #expect(reply.status == 200 && reply["email"] == "ada@example.org")
        #expect(stored() != Array("v4.local.nonsense".utf8))
    }

    @Test func `the record of another session is not believed`() async throws {
        try await face.account("bob")
        let other = try #require(try await face.login("bob").sessionCookie)
        let now = face.provider.clock.now()
        let foreign = try #require(
            face.volatile.value(SessionRecords.name(of: face.session(other)), at: now)
        )
        face.volatile.set(name, to: foreign, until: now + 60, at: now)
        #expect(try await face.verify(cookie)["email"] == "ada@example.org")
    }

    @Test func `what the account is called now is what verification says`() async throws {
        _ = try await face.provider.stores.accounts.update(account.id, at: face.provider.clock.now()) {
            $0.name = "Another"
        }
        #expect(try await face.verify(cookie)["name"] == "Another")
    }

    @Test func `a record keeps no session alive`() async throws {
        let kept = try #require(stored())
        _ = try await face.logout(cookie)
        #expect(stored() == nil)
        let now = face.provider.clock.now()
        face.volatile.set(name, to: kept, until: now + 60, at: now)
        #expect(try await face.verify(cookie).status == 401)
    }
}
