import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import Web

/// The deadlines of a connection, behind the real HTTP codec and under a clock that only the test moves.
struct ConnectionGuardTests {
    /// What happens on a connection.
    enum Step: Sendable {
        /// The client sends bytes.
        case send(String)
        /// Seconds go by.
        case wait(Int64)
        /// The server replies to a request.
        case reply
        /// The server replies and says that it ends the connection.
        case lastReply
        /// What was sent waits for the client to read it, or no longer.
        case stall, drain
    }

    /// A connection and whether it is still there at its end.
    struct Visit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isOpen: Bool
        let steps: [Step]

        init(_ description: String, isOpen: Bool, _ steps: [Step]) {
            (testDescription, self.isOpen, self.steps) = (description, isOpen, steps)
        }
    }

    private static let get = Step.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    private static let partialHead = Step.send("GET / HTTP/1.1\r\nX: ")
    private static let post = Step.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 64\r\n\r\n")

    /// A byte each second: the line is never silent.
    private static func drip(_ seconds: Int) -> [Step] {
        Array(repeating: [Step.send("a"), .wait(1)], count: seconds).flatMap { $0 }
    }

    @Test(arguments: [
        Visit("nothing for 9 s", isOpen: true, [.wait(9)]),
        Visit("nothing for 12 s", isOpen: false, [.wait(12)]),
        Visit("a head that drips for 8 s", isOpen: true, [partialHead] + drip(8)),
        Visit("a head that drips for 12 s", isOpen: false, [partialHead] + drip(12)),
        Visit("a body that drips for 13 s", isOpen: true, [post] + drip(13)),
        Visit("a body that drips for 17 s", isOpen: false, [post] + drip(17)),
        Visit("a body that stops", isOpen: false, [post, .send("abc"), .wait(17)]),
        Visit("a body that is whole", isOpen: true, [post, .send(String(repeating: "a", count: 64)), .wait(60)]),
        Visit("a reply that takes its time", isOpen: true, [get, .wait(600)]),
        Visit("a pause between requests", isOpen: true, [get, .reply, .wait(60), get, .reply, .wait(60)]),
        Visit("a second head that drips for 8 s", isOpen: true, [get, .reply, .wait(60), partialHead] + drip(8)),
        Visit("a second head that drips for 12 s", isOpen: false, [get, .reply, .wait(60), partialHead] + drip(12)),
        Visit("a second head right behind the first that drips", isOpen: false, [get, partialHead, .reply] + drip(12)),
        Visit("a second body that drips for 17 s", isOpen: false, [get, .reply, .wait(60), post] + drip(17)),
        Visit("a second request during a long reply", isOpen: true, [get, get, .wait(60), .reply, .wait(60)]),
        Visit("bytes behind a request during a long reply", isOpen: true, [get, partialHead, .wait(60)]),
        Visit("a client that does not read for 8 s", isOpen: true, [get, .reply, .stall, .wait(8), .drain, .wait(60)]),
        Visit("a client that does not read for 12 s", isOpen: false, [get, .reply, .stall, .wait(12)]),
        Visit(
            "a client that reads a little each time",
            isOpen: true,
            [get, .reply] + Array(repeating: [.stall, .wait(8), .drain], count: 5).flatMap { $0 }
        ),
        Visit("a reply that keeps the connection", isOpen: true, [get, .reply]),
        Visit("a reply that ends the connection", isOpen: false, [get, .lastReply]),
        Visit(
            "a reply that ends the connection in the middle of a body",
            isOpen: false,
            [post, .send("a"), .lastReply]
        ),
    ])
    func `a connection lasts as long as its client keeps to the deadlines`(visit: Visit) throws {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(ConnectionGuard(deadlines: ConnectionDeadlines(), sign: { _ in }))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        for step in visit.steps where channel.isActive { try Self.take(step, channel, loop) }
        #expect(channel.isActive == visit.isOpen)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static func take(_ step: Step, _ channel: EmbeddedChannel, _ loop: EmbeddedEventLoop) throws {
        switch step {
        case .send(let text): try channel.writeInbound(ByteBuffer(string: text))
        case .wait(let seconds): loop.advanceTime(by: .seconds(seconds))
        case .reply, .lastReply:
            var head = HTTPResponse(status: .ok, headerFields: [.contentLength: "0"])
            if case .lastReply = step { head.headerFields[.connection] = "close" }
            try channel.writeOutbound(HTTPResponsePart.head(head))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        case .stall, .drain:
            if case .stall = step { channel.isWritable = false } else { channel.isWritable = true }
            channel.pipeline.fireChannelWritabilityChanged()
        }
    }
}
