import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import Web

struct HandshakeGuardTests {
    /// What happens on a connection.
    enum Step: Sendable {
        case agree
        case wait(Int64)
        case quiesce
    }

    @Test(
        arguments: [
            ([.wait(9)], true), ([.wait(12)], false), ([.wait(9), .agree, .wait(600)], true), ([.quiesce], false),
            ([.agree, .quiesce], true), ([.wait(12), .agree], false),
        ] as [([Step], Bool)]
    )
    func `a connection has ten seconds to agree on TLS`(steps: [Step], isOpen: Bool) throws {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(handlers: [HandshakeGuard(ConnectionDeadlines())], loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        for step in steps where channel.isActive {
            switch step {
            case .agree:
                channel.pipeline.fireUserInboundEventTriggered(
                    TLSUserEvent.handshakeCompleted(negotiatedProtocol: "h2")
                )
            case .wait(let seconds): loop.advanceTime(by: .seconds(seconds))
            case .quiesce: channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            loop.run()
        }
        #expect(channel.isActive == isOpen)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
