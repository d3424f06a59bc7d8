import Accounts
import JOSE
import Provider
import Storage
import TestSupport
import Testing

struct SessionRenewalTests {
    private static let origin = SessionOrigin(address: "192.0.2.9", userAgent: "another")

    private let provider: TestProvider
    private let account: String
    private var sessions: Sessions { provider.provider.sessions }
    private var subject: Subject.ID { Subject.ID(account) }

    init() async throws {
        provider = try await TestProvider()
        account = try await provider.register(.p256())
    }

    private func begin(isRemembered: Bool = true) async throws -> Session {
        let plan = TestProvider.plan(isRemembered: isRemembered) {
            $0.limits = SessionLimits(idle: 7_200, absolute: 7_776_000)
        }
        return try await provider.signIn(account, plan).session
    }

    private func renew(_ session: Session, of subject: Subject.ID? = nil) async throws -> LiveSession? {
        try await sessions.renew(session.id, of: subject ?? self.subject, origin: Self.origin)
    }

    @Test func `an idle session goes on under another id, to the same end`() async throws {
        let old = try await begin()
        provider.clock.advance(by: 7_200)
        #expect(try await sessions.live(old.id) == nil)
        let new = try #require(try await renew(old)).session
        #expect(new.id != old.id && new.expiry == old.expiry && new.startedAt == provider.clock.now())
        #expect(new.client == old.client && new.isRemembered && new.address == Self.origin.address)
        #expect(try await sessions.live(new.id) != nil)
        #expect(try await sessions.live(old.id) == nil)
        #expect(try await sessions.list(of: subject).map(\.id) == [new.id])
    }

    @Test func `a renewed session is renewed again, and never past its end`() async throws {
        var session = try await begin()
        for _ in 0..<3 {
            provider.clock.advance(by: 2_000_000)
            session = try #require(try await renew(session)).session
        }
        provider.clock.advance(by: 7_776_000 - 6_000_000 - 1)
        session = try #require(try await renew(session)).session
        provider.clock.advance(by: 1)
        #expect(try await renew(session) == nil)
    }

    enum Reason: CaseIterable, Sendable {
        case none, ended, endedAll, blocked, blockedAndUnblocked, passwordChanged, deactivated, deleted, foreign,
            expired

        func happen(_ session: Session, at provider: TestProvider) async throws {
            let (sessions, account) = (provider.provider.sessions, session.subject.description)
            let (accounts, now) = (provider.stores.accounts, provider.clock.now())
            switch self {
            case .none, .foreign: break
            case .ended: #expect(try await sessions.end(session.id, of: session.subject))
            case .endedAll: try await sessions.endAll(of: session.subject)
            case .blocked: try await provider.block(account)
            case .blockedAndUnblocked:
                try await provider.block(account)
                try await provider.unblock(account)
            case .passwordChanged:
                let id = Account.ID(account)
                #expect(try await accounts.setPassword("r", of: id, endsOthers: true, except: nil, at: now))
            case .deactivated: _ = try await accounts.update(Account.ID(account), at: now) { $0.isActivated = false }
            case .deleted: try await provider.delete(account)
            case .expired: provider.clock.advance(by: 7_776_000 - 7_200)
            }
        }
    }

    @Test(arguments: Reason.allCases)
    func `nothing but idleness is renewed`(reason: Reason) async throws {
        let session = try await begin()
        provider.clock.advance(by: 7_200)
        try await reason.happen(session, at: provider)
        let owner = reason == .foreign ? Subject.ID("somebody") : subject
        #expect((try await renew(session, of: owner) != nil) == (reason == .none))
    }

    @Test func `who did not ask to be remembered signs in again`() async throws {
        let session = try await begin(isRemembered: false)
        provider.clock.advance(by: 7_200)
        #expect(try await renew(session) == nil)
    }

    @Test func `renewals at the same time get one session`() async throws {
        let old = try await begin()
        provider.clock.advance(by: 7_200)
        let ids = try await withThrowingTaskGroup(of: Session.ID?.self) { group in
            for _ in 0..<20 { group.addTask { try await renew(old)?.session.id } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(ids).count == 1 && ids.allSatisfy { $0 != nil })
        #expect(try await sessions.list(of: subject).count == 1)
    }

    @Test func `a retry gets the same session for ten seconds, and nothing after them`() async throws {
        let old = try await begin()
        provider.clock.advance(by: 7_200)
        let new = try #require(try await renew(old)).session.id
        provider.clock.advance(by: 9)
        #expect(try await renew(old)?.session.id == new)
        provider.clock.advance(by: 1)
        #expect(try await renew(old) == nil)
        #expect(try await sessions.live(new) != nil)
    }

    @Test func `the end of a session is the end of what it was renewed to`() async throws {
        let first = try await begin()
        provider.clock.advance(by: 7_200)
        let second = try #require(try await renew(first)).session
        provider.clock.advance(by: 7_200)
        let third = try #require(try await renew(second)).session
        let other = try await begin()
        try await sessions.end(first.id)
        #expect(try await sessions.live(third.id) == nil)
        #expect(try await renew(third) == nil)
        #expect(try await sessions.live(other.id) != nil)
    }

    @Test func `an ended session has no successor, whoever comes first`() async throws {
        for _ in 0..<10 {
            let session = try await begin()
            provider.clock.advance(by: 7_200)
            async let renewed = renew(session)
            async let ended: Void = sessions.end(session.id)
            _ = try await (renewed, ended)
            #expect(try await sessions.list(of: subject).isEmpty)
        }
    }
}
