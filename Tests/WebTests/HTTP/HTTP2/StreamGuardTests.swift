import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Web

/// One request over HTTP/2, under a clock that only the test moves.
struct StreamGuardTests {
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let outbox = Outbox()

    init() throws {
        channel = EmbeddedChannel(loop: loop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(outbox)
        try pipeline.addHandler(
            StreamGuard(deadlines: ConnectionDeadlines(), sign: { $0[.init("X-Request-Id")!] = "1" })
        )
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    private func ask(fields: Int = 1, isWhole: Bool = true) throws {
        var head = HTTPRequest(method: .post, scheme: "https", authority: "x", path: "/")
        for number in 0..<fields { head.headerFields.append(.init(name: .init("X-\(number)")!, value: "y")) }
        try channel.writeInbound(HTTPRequestPart.head(head))
        if isWhole { try channel.writeInbound(HTTPRequestPart.end(nil)) }
    }

    private func reply(_ fields: HTTPFields = [:]) {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok, headerFields: fields)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    @Test(arguments: [(14, true), (17, false)])
    func `a body has fifteen seconds`(seconds: Int64, isOpen: Bool) throws {
        try ask(isWhole: false)
        loop.advanceTime(by: .seconds(seconds))
        #expect(channel.isActive == isOpen)
    }

    @Test func `a reply has as long as it takes, and then ten seconds to be taken`() throws {
        try ask()
        loop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
        reply()
        loop.advanceTime(by: .seconds(8))
        #expect(channel.isActive)
        outbox.release(1)
        loop.advanceTime(by: .seconds(8))
        #expect(channel.isActive, "something was taken meanwhile")
        loop.advanceTime(by: .seconds(4))
        #expect(!channel.isActive)
    }

    @Test func `a stream whose reply was taken has no deadline`() throws {
        try ask()
        reply()
        outbox.release(2)
        loop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
    }

    @Test func `what HTTP 1 says of its connection ends the stream alone`() throws {
        try ask(isWhole: false)
        reply([.connection: "close"])
        #expect(outbox.heads.map { $0.headerFields[.connection] } == [nil])
        #expect(outbox.heads.map { $0.headerFields[.init("X-Request-Id")!] } == ["1"])
        #expect(outbox.resets == 0, "the reply comes first")
        outbox.release(2)
        #expect(outbox.resets == 1)
    }

    @Test func `a request that was read whole needs no reset`() throws {
        try ask()
        reply([.connection: "close"])
        outbox.release(2)
        #expect(outbox.resets == 0)
    }

    @Test(arguments: [(64, false), (65, true)])
    func `a head has 64 fields`(count: Int, isRefused: Bool) throws {
        try ask(fields: count)
        #expect(outbox.heads.map(\.status) == (isRefused ? [.requestHeaderFieldsTooLarge] : []))
        #expect(try (channel.readInbound(as: HTTPRequestPart.self) == nil) == isRefused)
    }
}

/// Keeps what is written until the test lets the peer take it.
private final class Outbox: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart

    private(set) var heads: [HTTPResponse] = []
    private(set) var resets = 0
    private var promises: [EventLoopPromise<Void>?] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head(let head) = unwrapOutboundIn(data) { heads.append(head) }
        promises.append(promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        resets += 1
        promise?.succeed()
    }

    /// The peer takes the next parts.
    func release(_ count: Int) {
        for _ in 0..<count { promises.removeFirst()?.succeed() }
    }
}
