import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Challenges on their own, and as the token endpoint sees them.
struct ChallengesTests {
    static func challenges(_ clock: MovableClock, seed: UInt64 = 1) -> Challenges {
        Challenges(lifetime: 300, random: SeededRandom(seed: seed), now: clock.now)
    }

    @Test func `a challenge works once`() throws {
        let challenges = Self.challenges(MovableClock())
        let challenge = try challenges.issue()
        #expect(challenge.utf8.count == 43)
        #expect(challenges.redeem(challenge) == .fresh)
        #expect(challenges.redeem(challenge) == .reused)
    }

    @Test(arguments: [
        (Int64(0), Challenges.Redemption.fresh), (299, .fresh), (300, .stale), (301, .stale), (100_000, .stale),
    ])
    func `a challenge lives 300 seconds`(wait: Int64, expected: Challenges.Redemption) throws {
        let clock = MovableClock()
        let challenges = Self.challenges(clock)
        let challenge = try challenges.issue()
        clock.advance(by: wait)
        #expect(challenges.redeem(challenge) == expected)
    }

    @Test func `a clock that runs backwards revives nothing`() throws {
        let clock = MovableClock()
        let challenges = Self.challenges(clock)
        let (used, stale) = (try challenges.issue(), try challenges.issue())
        #expect(challenges.redeem(used) == .fresh)
        clock.advance(by: 400)
        #expect(challenges.redeem(stale) == .stale)
        clock.advance(by: -400)
        #expect(challenges.redeem(stale) == .stale)
        #expect(challenges.redeem(used) == .stale)
        // And it stops nothing.
        #expect(challenges.redeem(try challenges.issue()) == .fresh)
    }

    @Test func `a challenge of another process is foreign`() throws {
        let clock = MovableClock()
        let (one, two) = (Self.challenges(clock), Self.challenges(clock, seed: 2))
        let challenge = try one.issue()
        #expect(two.redeem(challenge) == .foreign)
        #expect(one.redeem(challenge) == .fresh)
    }

    @Test func `a challenge with any bit turned is foreign`() throws {
        let challenges = Self.challenges(MovableClock())
        let challenge = try challenges.issue()
        let bytes = try #require(Base64URL.decode(challenge))
        for bit in 0..<(bytes.count * 8) {
            var turned = bytes
            turned[bit / 8] ^= 1 << (bit % 8)
            #expect(challenges.redeem(Base64URL.encode(turned)) == .foreign)
        }
        #expect(challenges.redeem(challenge) == .fresh)
    }

    @Test(arguments: [
        "", "a", "====", "AAAA", String(repeating: "A", count: 43), String(repeating: "A", count: 100_000),
    ])
    func `what is no challenge is foreign`(text: String) {
        #expect(Self.challenges(MovableClock()).redeem(text) == .foreign)
    }

    @Test func `ten thousand challenges are told apart, in any order, across pages of the record`() throws {
        let clock = MovableClock()
        let challenges = Self.challenges(clock)
        let issued = try (0..<10_000).map { _ in try challenges.issue() }
        #expect(Set(issued).count == issued.count)
        #expect(issued.reversed().allSatisfy { challenges.redeem($0) == .fresh })
        #expect(issued.allSatisfy { challenges.redeem($0) == .reused })
        // A page whose record is stale is dropped; an unused challenge on it is stale then too.
        clock.advance(by: 320)
        #expect(issued.allSatisfy { challenges.redeem($0) == .stale })
    }

    struct Presented: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let description: String
        let seen: String
        let change: @Sendable (inout Situation) async throws -> Void

        init(
            _ name: String,
            _ description: String,
            _ seen: String,
            _ change: @escaping @Sendable (inout Situation) async throws -> Void
        ) {
            (testDescription, self.description, self.seen, self.change) = (name, description, seen, change)
        }
    }

    /// A request with a fresh challenge, before something is wrong with it.
    struct Situation: Sendable {
        var provider: TestProvider
        var challenge: String?
        var form: TestForm = [:]
        var tampering = Tampering.none
    }

    @Test(arguments: [
        Presented("missing", "the challenge is missing", "no challenge claim in the assertion") {
            $0.tampering.withoutClaims = ["challenge"]
        },
        Presented("in the body alone", "the challenge is missing", "no challenge claim in the assertion") {
            $0.tampering.withoutClaims = ["challenge"]
            $0.form = ["challenge": $0.challenge ?? ""]
        },
        Presented("no string", "the challenge is missing", "no challenge claim in the assertion") {
            $0.tampering.claims = ["challenge": 1]
        },
        Presented("stale", "the challenge is stale", "an expired challenge") { $0.provider.clock.advance(by: 300) },
        Presented("reused", "the challenge was already used", "a used challenge") {
            _ = try await $0.provider.requestToken(as: .init(keyOfAccount: .known()))
            let assertion = try await $0.provider.assertion(of: .init(keyOfAccount: .known()), challenge: $0.challenge)
            _ = await $0.provider.requestToken(assertion: assertion)
        },
        Presented("foreign", "the challenge was not issued by this server", "a foreign value") {
            $0.challenge = String(repeating: "A", count: 43)
        },
        Presented("of another process", "the challenge was not issued by this server", "a foreign value") {
            $0.provider = try await $0.provider.restarted()
        },
        Presented(
            "another one in the body",
            "the challenge of the request is not the one that was signed",
            "two different values"
        ) { $0.form = ["challenge": await $0.provider.challenge()] },
    ])
    func `a key of an account must sign a fresh challenge`(case presented: Presented) async throws {
        let provider = try await TestProvider()
        let client = TestClient(keyOfAccount: try .known())
        try await provider.register(.known())
        var situation = Situation(provider: provider, challenge: await provider.challenge())
        try await presented.change(&situation)
        let assertion = try await situation.provider.assertion(
            of: client,
            situation.tampering,
            challenge: situation.challenge
        )
        let reply = await situation.provider.requestToken(assertion: assertion, situation.form)
        #expect(reply.status == 400)
        #expect(reply.error == "invalid_grant")
        #expect(reply["error_description"] == presented.description)
        #expect(
            reply.refusal?.failed == FailedCheck("challenge", expected: "a fresh one, signed", seen: presented.seen)
        )
        // A fresh one comes with the refusal, and works.
        let fresh = try #require(reply.field("OAuth-Client-Attestation-Challenge"))
        let again = try await situation.provider.assertion(of: client, challenge: fresh)
        #expect(await situation.provider.requestToken(assertion: again, ["challenge": fresh]).status == 200)
    }

    @Test func `a wrong assertion does not use its challenge up`() async throws {
        let provider = try await TestProvider()
        let client = TestClient(keyOfAccount: try .known())
        try await provider.register(.known())
        let challenge = await provider.challenge()
        for wrong in [Tampering.with { $0.signature = .flipped }, .with { $0.claims = ["aud": "x"] }] {
            let assertion = try await provider.assertion(of: client, wrong, challenge: challenge)
            #expect(await provider.requestToken(assertion: assertion).status != 200)
        }
        let right = try await provider.assertion(of: client, challenge: challenge)
        #expect(await provider.requestToken(assertion: right).status == 200)
    }

    @Test func `a registered client needs a challenge where it or the operator says so, and a wrong one never helps`()
        async throws
    {
        let provider = try await TestProvider()
        let free = try await provider.addClient(.privateKeyJWT, id: "free")
        let bound = try await provider.addClient(.privateKeyJWT, id: "bound") { $0.mustAnswerChallenge = true }
        #expect(try await provider.requestToken(as: free).status == 200)
        #expect(try await provider.requestToken(as: bound).error == "invalid_grant")
        let answered = try await provider.assertion(of: bound, challenge: await provider.challenge())
        #expect(await provider.requestToken(assertion: answered).status == 200)
        let wrong = try await provider.assertion(of: free, challenge: "wrong")
        #expect(await provider.requestToken(assertion: wrong).failedCheck == "challenge")

        let strict = try await TestProvider { $0.challengesAllClients = true }
        let client = try await strict.addClient(.privateKeyJWT)
        #expect(try await strict.requestToken(as: client).failedCheck == "challenge")
    }

    @Test func `the challenge endpoint answers with one value under both names`() async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.post, "/oauth/challenge")
        #expect(reply.status == 200)
        #expect(reply["challenge"] == reply["attestation_challenge"])
        #expect(reply["challenge"]?.utf8.count == 43)
        #expect(reply.json?["expires_in"] == 300)
        #expect(reply.field("Cache-Control") == "no-store")
    }
}
