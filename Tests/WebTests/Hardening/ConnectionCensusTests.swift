import Provider
import Testing

@testable import Web

struct ConnectionCensusTests {
    private static func isRefused(_ admission: ConnectionCensus.Admission) -> Bool {
        if case .refused = admission { true } else { false }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"),
    ])
    func `a peer has so many connections and no more`(peer: String, same: String, other: String) throws {
        let census = ConnectionCensus(limit: 2, exempt: TrustedProxies())
        guard case .counted(let entry) = census.enter(peer) else { throw Unexpected() }
        #expect(!Self.isRefused(census.enter(same)))
        #expect(Self.isRefused(census.enter(peer)))
        #expect(Self.isRefused(census.enter(same)))
        #expect(!Self.isRefused(census.enter(other)))
        census.leave(entry)
        #expect(!Self.isRefused(census.enter(peer)))
        #expect(Self.isRefused(census.enter(peer)))
    }

    @Test func `nothing is kept of a peer that left`() throws {
        let census = ConnectionCensus(limit: 2, exempt: TrustedProxies())
        for number in 1...200 {
            guard case .counted(let entry) = census.enter("192.0.2.\(number)") else { throw Unexpected() }
            #expect(census.peers == 1)
            census.leave(entry)
        }
        #expect(census.peers == 0)
    }

    @Test func `a trusted proxy is not counted`() throws {
        let census = ConnectionCensus(limit: 2, exempt: TrustedProxies([try #require(NetworkRange("10.0.0.0/8"))]))
        for _ in 1...9 {
            guard case .exempt = census.enter("10.0.0.1") else { throw Unexpected() }
        }
        #expect(census.peers == 0)
    }

    private struct Unexpected: Error {}
}
