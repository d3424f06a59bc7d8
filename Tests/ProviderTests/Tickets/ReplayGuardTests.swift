import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The record of used assertions (CA-18 to CA-23).
struct ReplayGuardTests {
    @Test func `CA-18 an assertion works once within its life`() async throws {
        let provider = try await TestProvider()
        for method in [ClientAuthenticationMethod.privateKeyJWT, .clientSecretJWT] {
            let client = try await provider.addClient(method, id: method.rawValue)
            let assertion = try await provider.assertion(of: client)
            #expect(await provider.requestToken(assertion: assertion).status == 200)
            provider.clock.advance(by: 59)
            let again = await provider.requestToken(assertion: assertion)
            ClientAuthenticationTests.expect(again, 401, "invalid_client", "jti")
            provider.clock.advance(by: 1)
            let late = await provider.requestToken(assertion: assertion)
            ClientAuthenticationTests.expect(late, 401, "invalid_client", "exp")
        }
    }

    @Test func `CA-18 an assertion used at one endpoint is used at all`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let assertion = try await provider.assertion(of: client)
        #expect(await provider.requestToken(assertion: assertion).status == 200)
        for path in ["/oauth/introspect", "/oauth/revoke"] {
            let form = TestProvider.form(assertion: assertion) + ["token": "t"]
            ClientAuthenticationTests.expect(
                await provider.call(.post, path, .form(form)),
                401,
                "invalid_client",
                "jti"
            )
        }
    }

    struct Restart: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let times: [String: Int64]
        var withoutClaims: [String] = []
        var wait: Int64 = 1
        let check: String
    }

    @Test(arguments: [
        Restart(testDescription: "CA-19 signed before the restart", times: [:], check: "iat"),
        Restart(testDescription: "CA-19 signed long before", times: ["iat": -200, "exp": 100], check: "iat"),
        Restart(testDescription: "CA-19 dated ahead of the clock", times: ["iat": 10], check: "jti"),
        Restart(testDescription: "CA-19 dated at the second of the restart", times: ["iat": 1], check: "iat"),
        Restart(testDescription: "CA-19 without iat", times: [:], withoutClaims: ["iat"], check: "iat"),
        Restart(
            testDescription: "CA-19 without iat, of the longest life",
            times: ["exp": 310],
            withoutClaims: ["iat"],
            check: "jti"
        ),
    ])
    func `an assertion that was used before a restart is refused after it`(case restart: Restart) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let assertion = try await provider.assertion(
            of: client,
            .with {
                $0.times = restart.times
                $0.withoutClaims = restart.withoutClaims
            }
        )
        #expect(await provider.requestToken(assertion: assertion).status == 200)
        let again = try await provider.restarted(after: restart.wait)
        ClientAuthenticationTests.expect(
            await again.requestToken(assertion: assertion),
            401,
            "invalid_client",
            restart.check
        )
        // The control: what is signed now is taken.
        again.clock.advance(by: 1)
        #expect(try await again.requestToken(as: client).status == 200)
    }

    @Test func `a new database has no earlier process`() async throws {
        let clock = MovableClock()
        let provider = try await TestProvider()
        let store = provider.dependencies.replays
        for (hasHistory, expected) in [(false, ReplayGuard.Verdict.fresh), (true, .predatesProcess)] {
            let guarding = try await ReplayGuard(store: store, startedAt: clock.now(), hasHistory: hasHistory)
            let verdict = try await guarding.use(
                jti: "j",
                of: "c",
                signedAt: clock.now(),
                until: clock.now() + 60,
                now: clock.now()
            )
            #expect(verdict == expected)
        }
    }

    @Test func `CA-20 nobody uses up the jti of another client`() async throws {
        let provider = try await TestProvider()
        let attacker = try await provider.addClient(.privateKeyJWT, id: "attacker")
        let victim = try await provider.addClient(.privateKeyJWT, id: "victim")
        for client in [attacker, victim] {
            let assertion = try await provider.assertion(of: client, .with { $0.claims = ["jti": "same"] })
            #expect(await provider.requestToken(assertion: assertion).status == 200)
        }
        // Nor by another split of the two texts.
        let clock = provider.clock
        let guarding = try await ReplayGuard(
            store: provider.dependencies.replays,
            startedAt: clock.now(),
            hasHistory: false
        )
        for (client, jti) in [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", "")] {
            let verdict = try await guarding.use(
                jti: jti,
                of: client,
                signedAt: nil,
                until: clock.now() + 60,
                now: clock.now()
            )
            #expect(verdict == .fresh)
        }
    }

    @Test func `CA-23 many assertions push none out`() async throws {
        let provider = try await TestProvider()
        let now = provider.clock.now()
        let guarding = try await ReplayGuard(store: provider.dependencies.replays, startedAt: now, hasHistory: false)
        func use(_ number: Int, at time: Timestamp) async throws -> ReplayGuard.Verdict {
            try await guarding.use(jti: "\(number)", of: "c", signedAt: nil, until: now + 300, now: time)
        }
        for number in 0..<20_000 { #expect(try await use(number, at: now) == .fresh) }
        #expect(try await use(0, at: now) == .replayed)
        #expect(try await use(0, at: now + 299) == .replayed)
        #expect(try await use(19_999, at: now + 299) == .replayed)
    }

    @Test func `F21 a clock that runs backwards revives no assertion`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let assertion = try await provider.assertion(of: client)
        #expect(await provider.requestToken(assertion: assertion).status == 200)
        provider.clock.advance(by: 3600)
        // Enough of them that every part of the record has seen the later time.
        for _ in 0..<200 { #expect(try await provider.requestToken(as: client).status == 200) }
        provider.clock.advance(by: -3600)
        #expect(await provider.requestToken(assertion: assertion).status == 401)
    }
}
