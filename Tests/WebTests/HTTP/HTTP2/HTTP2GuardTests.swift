import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing

@testable import Web

/// The deadlines of an HTTP/2 connection under a clock that only the test moves.
struct HTTP2GuardTests {
    /// What happens on a connection.
    enum Step: Sendable {
        case open(Int32), close
        case wait(Int64)
        case stall, drain, quiesce
    }

    /// A connection, whether it is still there at its end, and the streams that its words of good-bye name.
    struct Visit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isOpen: Bool
        let goodbyes: [Int32]
        let steps: [Step]

        init(_ description: String, isOpen: Bool, _ goodbyes: [Int32], _ steps: [Step]) {
            (testDescription, self.isOpen, self.goodbyes, self.steps) = (description, isOpen, goodbyes, steps)
        }
    }

    private static let last = Int32.max

    @Test(arguments: [
        Visit("nothing for 9 s", isOpen: true, [], [.wait(9)]),
        Visit("nothing for 12 s", isOpen: false, [0], [.wait(12)]),
        Visit("a request for 50 minutes", isOpen: true, [], [.open(1), .wait(3000)]),
        Visit("no request for 29 s", isOpen: true, [], [.open(1), .close, .wait(29)]),
        Visit("no request for 32 s", isOpen: false, [1], [.open(1), .close, .wait(32)]),
        Visit("two requests, one of which ends", isOpen: true, [], [.open(1), .open(3), .close, .wait(60)]),
        Visit("the next request in time", isOpen: true, [], [.open(1), .close, .wait(29), .open(3), .wait(60)]),
        Visit("an hour, with a request", isOpen: true, [last], [.open(1), .wait(3605)]),
        Visit("an hour, and the request ends", isOpen: false, [last, 1], [.open(1), .wait(3605), .close]),
        Visit("an hour and a request that does not end", isOpen: false, [last, 1], [.open(1), .wait(3640)]),
        Visit("a peer that does not read for 8 s", isOpen: true, [], [.open(1), .stall, .wait(8), .drain, .wait(60)]),
        Visit("a peer that does not read for 12 s", isOpen: false, [1], [.open(1), .stall, .wait(12)]),
        Visit("a stop without requests", isOpen: false, [0], [.quiesce]),
        Visit("a stop with a request", isOpen: true, [last], [.open(5), .quiesce, .wait(60)]),
        Visit("a stop with a request that ends", isOpen: false, [last, 5], [.open(5), .quiesce, .wait(9), .close]),
        Visit("two stops", isOpen: true, [last], [.open(5), .quiesce, .quiesce]),
    ])
    func `a connection lasts as long as it is of use`(visit: Visit) throws {
        let loop = EmbeddedEventLoop()
        let guardian = HTTP2Guard(ConnectionDeadlines())
        let channel = EmbeddedChannel(loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(guardian)
        let count = StreamCount(guardian, on: loop)
        for step in visit.steps where channel.isActive {
            switch step {
            case .open(let id): count.streamCreated(HTTP2StreamID(Int(id)), channel: channel)
            case .close: count.streamClosed(HTTP2StreamID(1), channel: channel)
            case .wait(let seconds): loop.advanceTime(by: .seconds(seconds))
            case .stall, .drain:
                if case .stall = step { channel.isWritable = false } else { channel.isWritable = true }
                channel.pipeline.fireChannelWritabilityChanged()
            case .quiesce: channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            loop.run()
        }
        #expect(channel.isActive == visit.isOpen)
        var goodbyes: [Int32] = []
        while let frame = try channel.readOutbound(as: HTTP2Frame.self) {
            guard case .goAway(let stream, let code, _) = frame.payload else { continue }
            #expect(code == .noError)
            goodbyes.append(Int32(Int(stream)))
        }
        #expect(goodbyes == visit.goodbyes)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
