import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// One sign-in: how it begins, how long it lasts, and that everything ends with it.
struct SessionsTests {
    private let provider: TestProvider
    private let account: String

    init() async throws {
        provider = try await TestProvider()
        account = try await provider.register(.p256())
    }

    private var sessions: Sessions { provider.provider.sessions }
    private var subject: Subject.ID { Subject.ID(account) }

    @Test func `the token of a sign-in is a token of the account, and tells the session`() async throws {
        let tokens = try await provider.signIn(account)
        #expect(await provider.userinfo(tokens.accessToken)["sub"] == account)
        let verified = try await provider.provider.tokens.verify(tokens.accessToken)
        #expect(verified.session?.id == tokens.session.id)
        #expect(verified.token.clientID.description == "martlet:chat")
        #expect(verified.token.id == tokens.accessTokenID)
        #expect(UUIDv4(tokens.session.id.description) != nil)
        #expect(tokens.accessTokenExpiry == provider.clock.now() + 43_200)
    }

    enum Ending: CaseIterable, Sendable {
        case end, endAll, block, blockAndUnblock, delete

        func happen(_ tokens: SignInTokens, at provider: TestProvider) async throws {
            let (id, subject) = (tokens.session.id, tokens.session.subject)
            switch self {
            case .end: #expect(try await provider.provider.sessions.end(id, of: subject))
            case .endAll: try await provider.provider.sessions.endAll(of: subject)
            case .block: try await provider.block(subject.description)
            case .blockAndUnblock:
                try await provider.block(subject.description)
                try await provider.unblock(subject.description)
            case .delete: try await provider.delete(subject.description)
            }
        }
    }

    @Test(arguments: Ending.allCases)
    func `the end of a session ends its tokens at the next request`(ending: Ending) async throws {
        let tokens = try await provider.signIn(account)
        #expect(await provider.admits(tokens))
        try await ending.happen(tokens, at: provider)
        let reply = await provider.userinfo(tokens.accessToken)
        #expect(reply.status == 401)
        #expect(reply.error == "invalid_token")
        #expect(reply.failedCheck == "sid")
        #expect(try await sessions.live(tokens.session.id) == nil)
        #expect(try await sessions.list(of: subject).isEmpty)
        await #expect(throws: SessionError.invalid) {
            try await sessions.refresh(tokens.refreshToken ?? "", plan: TestProvider.plan())
        }
    }

    @Test func `the end of one session leaves the others`() async throws {
        let first = try await provider.signIn(account)
        provider.clock.advance(by: 1)
        let second = try await provider.signIn(account)
        provider.clock.advance(by: 1)
        let third = try await provider.signIn(account)
        #expect(Set([first, second, third].map(\.session.id)).count == 3)
        #expect(try await sessions.list(of: subject).map(\.id) == [third, second, first].map(\.session.id))
        try await sessions.end(first.session.id, of: subject)
        #expect(await provider.admits(first) == false)
        #expect(await provider.admits(second))
        try await sessions.endAll(of: subject, except: second.session.id)
        #expect(await provider.admits(second))
        #expect(await provider.admits(third) == false)
    }

    @Test func `nobody ends the session of another account`() async throws {
        let other = try await provider.register(.p256(), email: "bob@example.org")
        let tokens = try await provider.signIn(account)
        #expect(try await sessions.end(tokens.session.id, of: Subject.ID(other)) == false)
        try await sessions.endAll(of: Subject.ID(other))
        #expect(await provider.admits(tokens))
    }

    @Test func `a sign-in that was overtaken by a sign-out of everything does not begin`() async throws {
        let generation = try await provider.dependencies.subjects.subject(subject)?.generation ?? 0
        let begin = { [sessions, subject] in
            try await sessions.begin(
                for: subject,
                generation: generation,
                plan: TestProvider.plan(),
                origin: SessionOrigin(address: "192.0.2.7", userAgent: "tests")
            )
        }
        #expect(await provider.admits(try await begin()))
        try await provider.block(account)
        try await provider.unblock(account)
        await #expect(throws: SessionError.invalid) { try await begin() }
        #expect(try await sessions.list(of: subject).isEmpty)
    }

    @Test func `an account that is gone does not sign in`() async throws {
        try await provider.delete(account)
        await #expect(throws: SessionError.invalid) { try await provider.signIn(account) }
    }

    @Test func `the session that goes on when the others end keeps its tokens in the new generation`() async throws {
        let (current, other) = (try await provider.signIn(account), try await provider.signIn(account))
        let before = try await provider.dependencies.subjects.subject(subject)?.generation
        _ = try await provider.stores.accounts.setPassword(
            "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA",
            of: Account.ID(account),
            endsOthers: true,
            except: current.session.id.description,
            at: provider.clock.now()
        )
        #expect(try await provider.dependencies.subjects.subject(subject)?.generation != before)
        #expect(await provider.admits(current))
        #expect(await provider.admits(other) == false)
        let next = try await sessions.refresh(current.refreshToken ?? "", plan: TestProvider.plan())
        #expect(await provider.admits(next))
    }

    static let limits: [(isRemembered: Bool, idle: Int64, absolute: Int64)] = [
        (false, 2 * 3600, 12 * 3600), (true, 30 * 86_400, 90 * 86_400),
    ]

    @Test(arguments: limits)
    func `a session that is not used ends`(isRemembered: Bool, idle: Int64, absolute: Int64) async throws {
        let session = try await provider.signIn(account, TestProvider.plan(isRemembered: isRemembered)).session
        #expect(session.isRemembered == isRemembered)
        provider.clock.advance(by: idle - 1)
        #expect(try await sessions.live(session.id) != nil)
        provider.clock.advance(by: 1)
        #expect(try await sessions.live(session.id) == nil)
    }

    @Test(arguments: limits)
    func `a session that is used ends too, later`(isRemembered: Bool, idle: Int64, absolute: Int64) async throws {
        let session = try await provider.signIn(account, TestProvider.plan(isRemembered: isRemembered)).session
        for _ in 1..<(2 * absolute / idle) {
            provider.clock.advance(by: idle / 2)
            #expect(try await sessions.live(session.id) != nil)
            sessions.touch(session.id)
            try await provider.settle()
        }
        provider.clock.advance(by: idle / 2 - 1)
        #expect(try await sessions.live(session.id) != nil)
        provider.clock.advance(by: 1)
        #expect(try await sessions.live(session.id) == nil)
    }

    @Test func `a request with its token is use of the session`() async throws {
        let (used, unused) = (try await provider.signIn(account), try await provider.signIn(account))
        provider.clock.advance(by: 7_199)
        #expect(await provider.admits(used))
        try await provider.settle()
        provider.clock.advance(by: 1)
        #expect(await provider.admits(used))
        #expect(await provider.admits(unused) == false)
    }

    @Test func `a token does not outlive its session, nor what the settings allow`() async throws {
        let plan = TestProvider.plan { $0.accessTokenLifetime = 86_400 }
        let tokens = try await provider.signIn(account, plan)
        #expect(tokens.accessTokenExpiry == provider.clock.now() + 43_200)
        let short = TestProvider.plan { $0.limits = SessionLimits(idle: 60, absolute: 120) }
        let brief = try await provider.signIn(account, short)
        #expect(brief.accessTokenExpiry == provider.clock.now() + 120)
        #expect(brief.refreshTokenExpiry == provider.clock.now() + 120)
    }
}
