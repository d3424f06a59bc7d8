import Cryptography
import JOSE
import TestSupport
import Testing

@testable import Provider

/// Refresh tokens: each is good once, its retry gets the same successor, and its reuse ends the session.
struct RefreshTests {
    private let provider: TestProvider
    private let account: String
    private let plan = TestProvider.plan { $0.accessTokenLifetime = 60 }

    init() async throws {
        provider = try await TestProvider()
        account = try await provider.register(.p256())
    }

    private func signIn() async throws -> SignInTokens { try await provider.signIn(account, plan) }

    private func refresh(_ text: String?, _ plan: SignInPlan? = nil) async throws -> SignInTokens {
        try await provider.provider.sessions.refresh(text ?? "", plan: plan ?? self.plan)
    }

    @Test func `a refresh gives new tokens of the same session, again and again`() async throws {
        var tokens = try await signIn()
        var seen: Set<String> = []
        for _ in 1...5 {
            #expect(seen.insert(tokens.refreshToken ?? "").inserted)
            #expect(tokens.refreshToken?.utf8.count == 128)
            provider.clock.advance(by: 60)
            #expect(await provider.admits(tokens) == false)
            let next = try await refresh(tokens.refreshToken)
            #expect(next.session.id == tokens.session.id)
            #expect(next.accessTokenID != tokens.accessTokenID)
            #expect(await provider.admits(next))
            tokens = next
        }
    }

    @Test(arguments: [0, 1, 9])
    func `a retry gets the same successor`(delay: Int64) async throws {
        let tokens = try await signIn()
        let first = try await refresh(tokens.refreshToken)
        provider.clock.advance(by: delay)
        let second = try await refresh(tokens.refreshToken)
        #expect(second.refreshToken == first.refreshToken)
        #expect(second.accessTokenID != first.accessTokenID)
        #expect(await provider.admits(first))
        #expect(await provider.admits(second))
        #expect(try await refresh(second.refreshToken).session.id == tokens.session.id)
    }

    @Test(arguments: [11, 3_600])
    func `reuse after the grace ends the session`(delay: Int64) async throws {
        let (tokens, other) = (try await signIn(), try await signIn())
        let next = try await refresh(tokens.refreshToken, TestProvider.plan())
        provider.clock.advance(by: delay)
        #expect(await provider.admits(next))
        await #expect(throws: SessionError.reused) { try await refresh(tokens.refreshToken) }
        #expect(await provider.admits(next) == false)
        await #expect(throws: SessionError.self) { try await refresh(next.refreshToken) }
        #expect(try await provider.provider.sessions.live(tokens.session.id) == nil)
        #expect(try await refresh(other.refreshToken).session.id == other.session.id)
    }

    @Test func `an old token of the chain ends the session as well`() async throws {
        let tokens = try await signIn()
        let second = try await refresh(tokens.refreshToken)
        provider.clock.advance(by: 11)
        let third = try await refresh(second.refreshToken)
        await #expect(throws: SessionError.reused) { try await refresh(tokens.refreshToken) }
        await #expect(throws: SessionError.self) { try await refresh(third.refreshToken) }
    }

    enum Forgery: CaseIterable, Sendable {
        case empty, text, cut, longer, otherSecret, otherID, unknown

        func text(_ right: String) -> String {
            let flipped = { (character: Character) in character == "0" ? "1" : "0" }
            return switch self {
            case .empty: ""
            case .text: String(repeating: "z", count: 128)
            case .cut: String(right.dropLast(2))
            case .longer: right + "00"
            case .otherSecret: right.dropLast() + flipped(right.last!)
            case .otherID: right.prefix(31) + flipped(right.dropFirst(31).first!) + right.dropFirst(32)
            case .unknown: String(repeating: "0", count: 128)
            }
        }
    }

    @Test(arguments: Forgery.allCases)
    func `what is no refresh token does nothing`(forgery: Forgery) async throws {
        let tokens = try await signIn()
        let forged = forgery.text(tokens.refreshToken ?? "")
        await #expect(throws: SessionError.invalid) { try await refresh(forged) }
        #expect(try await refresh(tokens.refreshToken).session.id == tokens.session.id)
    }

    @Test func `a refresh token is good at its own face alone`() async throws {
        let tokens = try await signIn()
        let other = TestProvider.plan(client: "martlet:users")
        await #expect(throws: SessionError.invalid) { try await refresh(tokens.refreshToken, other) }
        let without = TestProvider.plan { $0.refreshTokenLifetime = nil }
        let fresh = try await signIn()
        await #expect(throws: SessionError.invalid) { try await refresh(fresh.refreshToken, without) }
        #expect(try await provider.signIn(account, without).refreshToken == nil)
        #expect(try await refresh(fresh.refreshToken).session.id == fresh.session.id)
    }

    @Test func `a refresh is use of the session, and its token expires`() async throws {
        let brief = TestProvider.plan { $0.refreshTokenLifetime = 7_000 }
        var tokens = try await provider.signIn(account, brief)
        provider.clock.advance(by: 6_999)
        tokens = try await refresh(tokens.refreshToken, brief)
        try await provider.settle()
        provider.clock.advance(by: 6_999)
        #expect(try await provider.provider.sessions.live(tokens.session.id) != nil)
        provider.clock.advance(by: 1)
        await #expect(throws: SessionError.invalid) { try await refresh(tokens.refreshToken, brief) }
    }

    @Test func `an idle session is not woken by its refresh token`() async throws {
        let tokens = try await signIn()
        provider.clock.advance(by: 7_200)
        await #expect(throws: SessionError.invalid) { try await refresh(tokens.refreshToken) }
    }

    @Test func `many parallel uses of one token have one successor`() async throws {
        for _ in 1...5 {
            let tokens = try await signIn()
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 1...50 { group.addTask { try await refresh(tokens.refreshToken).refreshToken } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(successors.count == 1)
            let only = try #require(successors.first ?? nil)
            #expect(try await refresh(only).session.id == tokens.session.id)
        }
    }

    @Test func `a successor hangs on the key, on the token and on the id`() throws {
        let random = SeededRandom()
        let ids = (1...4).map { ULID(milliseconds: $0, random: random) }
        let (key, secret) = (random.bytes(32), random.bytes(48))
        let token = RefreshToken(id: ids[0], secret: secret)
        let derivation = RefreshDerivation(key: key)
        let right = derivation.successor(of: token, id: ids[1])
        #expect(derivation.successor(of: token, id: ids[1]).text == right.text)
        #expect(right.id == ids[1])
        let others = [
            RefreshDerivation(key: random.bytes(32)).successor(of: token, id: ids[1]),
            derivation.successor(of: token, id: ids[2]),
            derivation.successor(of: RefreshToken(id: ids[3], secret: secret), id: ids[1]),
            derivation.successor(of: RefreshToken(id: ids[0], secret: random.bytes(48)), id: ids[1]),
        ]
        #expect(Set(others.map(\.secret) + [right.secret, secret]).count == 6)
    }

    @Test func `a refresh token is read as it is written`() throws {
        let random = SeededRandom(seed: 2)
        for time in [0, 1, 1_800_000_000_123, 0xFFFF_FFFF_FFFF] as [Int64] {
            let token = RefreshToken(id: ULID(milliseconds: time, random: random), secret: random.bytes(48))
            let read = try #require(RefreshToken(token.text))
            #expect(read.id == token.id)
            #expect(read.secret == token.secret)
            #expect(read.digest == token.digest)
        }
    }
}
