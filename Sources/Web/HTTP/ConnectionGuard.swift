import HTTPTypes
package import NIOCore
import NIOHTTPTypes

/// How long a peer may take.
package struct ConnectionDeadlines: Sendable {
    /// Until both sides have agreed on TLS.
    package var handshake = TimeAmount.seconds(10)
    /// Until the head of a request is complete.
    package var head = TimeAmount.seconds(10)
    /// From the head to the end of the body.
    package var request = TimeAmount.seconds(15)
    /// Without the peer reading anything of what waits for it.
    package var stall = TimeAmount.seconds(10)
    /// Without a request. Over HTTP/2: without an open stream.
    package var idle = TimeAmount.seconds(30)
    /// How long an HTTP/2 connection may stay in use; one of HTTP/1.1 ends with its idleness.
    package var age = TimeAmount.hours(1)
    /// How often the deadlines are looked at: coarse, so that a request costs no timer of its own.
    package var interval = TimeAmount.seconds(1)

    package init() {}
}

/// Ends connections that take too long: a head, a whole request, or a peer that does not read; and an event stream whose peer went
/// away. Also closes after a reply that says so, so that nobody makes us read the rest of a refused body.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let deadlines: ConnectionDeadlines
    /// Adds the fields that every reply carries to one that has none of them.
    private let sign: (inout HTTPFields) -> Void
    private let watch = DeadlineWatch()
    private var closesAfterReply = false
    /// Requests whose head was read and whose reply is not written.
    private var unanswered = 0
    private var isStreaming = false
    private var isInputClosed = false

    init(deadlines: ConnectionDeadlines, sign: @escaping (inout HTTPFields) -> Void) {
        self.deadlines = deadlines
        self.sign = sign
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            watch.read = context.eventLoop.now + deadlines.request
        case .end: watch.read = nil
        case .body: break
        }
        context.fireChannelRead(data)
    }

    /// Bytes came between two requests and completed no head: the deadline of the first head holds for the later ones.
    func channelReadComplete(context: ChannelHandlerContext) {
        if unanswered <= 0 && watch.read == nil { watch.read = context.eventLoop.now + deadlines.head }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind == .informational:
            context.write(data, promise: promise)
        case .head(var head):
            sign(&head.headerFields)
            closesAfterReply = head.headerFields.contains { $0.name == .connection && $0.value == "close" }
            isStreaming = head.headerFields.contains { $0.name == .contentType && $0.value == "text/event-stream" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            if isStreaming && isInputClosed { context.close(promise: nil) }
        case .end where closesAfterReply:
            unanswered -= 1
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.write(data, promise: written)
        case .end:
            unanswered -= 1
            isStreaming = false
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watch.write = context.channel.isWritable ? nil : context.eventLoop.now + deadlines.stall
        context.fireChannelWritabilityChanged()
    }

    /// The peer sends no more. It may still wait for a reply, but a browser that listens to events does not do that: it is gone.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            isInputClosed = true
            if isStreaming { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch.stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch.stop()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !watch.isRunning, context.channel.isActive else { return }
        watch.read = context.eventLoop.now + deadlines.head
        watch.begin(on: context.channel, every: deadlines.interval)
    }
}
