import JOSE
import TestSupport
import Testing

@testable import Provider

/// When a published key may sign, as a table: the key is published at 0, the JWKS is cached for 300 s, the deadline is 1000 s.
struct KeyProspectTests {
    static let start = MovableClock.start
    static let rotation = KeyRotation(tokenLifetime: 3600, lead: 300, deadline: 1000)
    static let longAgo = -KeyRotation.fetcherMemory

    struct Case: Sendable, CustomTestStringConvertible {
        /// The last fetch of each fetcher.
        let fetches: [Int64]
        let now: Int64
        let isReady: Bool
        var testDescription: String { "fetches at \(fetches), now \(now): \(isReady)" }
    }

    static func prospect(_ fetches: [Int64], at now: Int64) -> KeyRotation.Prospect? {
        let fetchers = fetches.enumerated().map {
            KeySetFetcher(address: "192.0.2.\($0)", agent: "", lastFetch: start + $1)
        }
        let evidence = KeyEvidence(rotation: rotation, published: ["k": start], fetchers: fetchers)
        return rotation.prospect(of: "k", evidence, at: start + now)
    }

    @Test(arguments: [
        // Nobody fetches: the caches decide.
        Case(fetches: [], now: 0, isReady: false), Case(fetches: [], now: 299, isReady: false),
        Case(fetches: [], now: 300, isReady: true),
        // All have it: still not before the caches are gone.
        Case(fetches: [1, 2], now: 299, isReady: false), Case(fetches: [1, 2], now: 300, isReady: true),
        // One has not, or fetched in the very moment.
        Case(fetches: [1, -5], now: 300, isReady: false), Case(fetches: [0], now: 300, isReady: false),
        Case(fetches: [1, -5], now: 999, isReady: false),
        // The deadline.
        Case(fetches: [1, -5], now: 1000, isReady: true), Case(fetches: [-5], now: 50_000, isReady: true),
        // Who was not seen for a week is not waited for.
        Case(fetches: [longAgo + 301], now: 300, isReady: false),
        Case(fetches: [longAgo + 300], now: 300, isReady: true),
    ])
    func `a key signs when the caches are gone and all have it, or at the deadline`(_ example: Case) throws {
        let prospect = try #require(Self.prospect(example.fetches, at: example.now))
        #expect(prospect.isReady(at: Self.start + example.now) == example.isReady)
    }

    @Test func `a key that no server published has no prospect`() {
        let evidence = KeyEvidence(rotation: Self.rotation, published: [:], fetchers: [])
        #expect(Self.rotation.prospect(of: "k", evidence, at: Self.start + 100_000) == nil)
    }

    @Test func `a deadline never comes before the caches are gone`() {
        let hasty = KeyRotation(tokenLifetime: 1, lead: 300, deadline: 5)
        #expect(hasty.deadline == 300)
    }
}
