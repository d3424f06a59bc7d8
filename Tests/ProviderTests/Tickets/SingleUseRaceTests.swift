import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Synchronization
import TestSupport
import Testing

@testable import Provider

/// 200 parallel uses of one secret, a hundred times: one success each. Each race has a control of the same shape with
/// read-then-write in place of the single step, which must let several through: else the race would prove nothing.
@Suite(.serialized) struct SingleUseRaceTests {
    static let rounds = 100
    static let runners = 200

    /// The number of runners that `use` lets through.
    static func winners(_ use: @escaping @Sendable () async -> Bool) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<runners { group.addTask { await use() } }
            return await group.reduce(0) { $1 ? $0 + 1 : $0 }
        }
    }

    @Test func `one challenge lets one request through`() async throws {
        let challenges = Challenges(lifetime: 300, random: SeededRandom(), now: MovableClock().now)
        for _ in 0..<Self.rounds {
            let challenge = try challenges.issue()
            #expect(await Self.winners { challenges.redeem(challenge) == .fresh } == 1)
        }
    }

    @Test func `one jti lets one request through`() async throws {
        let provider = try await TestProvider()
        let now = provider.clock.now()
        let guarding = try await ReplayGuard(store: provider.dependencies.replays, startedAt: now, hasHistory: false)
        for round in 0..<Self.rounds {
            let winners = await Self.winners {
                let verdict = try? await guarding.use(
                    jti: "\(round)",
                    of: "c",
                    signedAt: nil,
                    until: now + 60,
                    now: now
                )
                return verdict == .fresh
            }
            #expect(winners == 1)
        }
    }

    /// The same through the token endpoint: whatever else the request passes must not break the single step.
    @Test(arguments: [true, false])
    func `one assertion gets one token, with a challenge and without`(hasChallenge: Bool) async throws {
        let provider = try await TestProvider { $0.limitsRates = false }
        let key = try TestKey.p256()
        try await provider.register(key)
        let registered = try await provider.addClient(.privateKeyJWT)
        let client = hasChallenge ? TestClient(keyOfAccount: key) : registered
        for _ in 0..<10 {
            let assertion = try await provider.assertion(of: client)
            #expect(await Self.winners { await provider.requestToken(assertion: assertion).status == 200 } == 1)
        }
    }

    /// One challenge signed into many assertions, each with a `jti` of its own.
    @Test func `one challenge gets one token, whatever is signed with it`() async throws {
        let provider = try await TestProvider { $0.limitsRates = false }
        let key = try TestKey.p256()
        try await provider.register(key)
        for _ in 0..<5 {
            let challenge = await provider.challenge()
            let winners = await Self.winners {
                let client = TestClient(keyOfAccount: key)
                guard let assertion = try? await provider.assertion(of: client, challenge: challenge) else {
                    return false
                }
                return await provider.requestToken(assertion: assertion).status == 200
            }
            #expect(winners == 1)
        }
    }

    /// The mistake M1 on purpose: it looks in one step and writes in another, as a store with SELECT and then INSERT
    /// would. Between the two others look too, and see nothing.
    final class ReadThenWrite: Sendable {
        private let used = Mutex<Set<String>>([])

        func use(_ secret: String) async -> Bool {
            let isUsed = used.withLock { $0.contains(secret) }
            await Task.yield()
            used.withLock { _ = $0.insert(secret) }
            return !isUsed
        }
    }

    @Test(arguments: ["challenge", "jti"])
    func `the control, read then write, lets several through`(secret: String) async {
        let broken = ReadThenWrite()
        var broke = 0
        for round in 0..<Self.rounds {
            let winners = await Self.winners { await broken.use("\(secret) \(round)") }
            broke += winners > 1 ? 1 : 0
        }
        #expect(broke > 0)
    }
}
