import NIOCore
import NIOEmbedded
import Testing

@testable import Web

struct ConnectionAdmissionTests {
    private func connection(_ census: ConnectionCensus, from address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionAdmission(census))
        try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
        return channel
    }

    @Test func `a peer has so many connections, and again when one ends`() throws {
        let census = ConnectionCensus(limit: 2, exempt: TrustedProxies())
        let first = try connection(census, from: "192.0.2.1")
        let second = try connection(census, from: "192.0.2.1")
        let third = try connection(census, from: "192.0.2.1")
        #expect([first, second, third].map(\.isActive) == [true, true, false])
        #expect(try connection(census, from: "192.0.2.2").isActive)
        _ = try first.finish(acceptAlreadyClosed: true)
        #expect(try connection(census, from: "192.0.2.1").isActive)
        #expect(try !connection(census, from: "192.0.2.1").isActive)
        withExtendedLifetime(second) {}
    }
}
