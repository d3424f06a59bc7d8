import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// Ends one request over HTTP/2 that takes too long to come, or whose reply is not taken; its connection goes on. What HTTP/1.1 says
/// by closing the connection is said by ending the stream (RFC 9113 §8.1, §8.2.2).
final class StreamGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let deadlines: ConnectionDeadlines
    /// Adds the fields that every reply carries to one that has none of them.
    private let sign: (inout HTTPFields) -> Void
    private let watch = DeadlineWatch()
    private var isRefused = false
    private var closesAfterReply = false
    /// Parts of the reply that the peer has not taken.
    private var waiting = 0

    init(deadlines: ConnectionDeadlines, sign: @escaping (inout HTTPFields) -> Void) {
        self.deadlines = deadlines
        self.sign = sign
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            watch.read = context.eventLoop.now + deadlines.request
            watch.begin(on: context.channel, every: deadlines.interval)
            if head.headerFields.count > HTTP2Limits.fields { return refuse(context) }
        case .end: watch.read = nil
        case .body: break
        }
        if !isRefused { context.fireChannelRead(data) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let written = watched(promise, context)
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            sign(&head.headerFields)
            closesAfterReply = head.headerFields[.connection] == "close"
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: written)
        case .end where closesAfterReply && watch.read != nil:
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.futureResult.whenSuccess {
                let event = NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError)
                bound.value.triggerUserOutboundEvent(event, promise: nil)
            }
            context.write(data, promise: written)
        default:
            context.write(data, promise: written)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch.stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch.stop()
    }

    /// Answers in place of the server, as the parser of HTTP/1.1 does.
    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true
        let head = HTTPResponse(
            status: .requestHeaderFieldsTooLarge,
            headerFields: [.connection: "close", .contentLength: "0"]
        )
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
    }

    /// A promise that keeps the time until it is kept: small replies fit into the buffers, where no one sees that they wait.
    private func watched(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) -> EventLoopPromise<Void>
    {
        let promise = promise ?? context.eventLoop.makePromise()
        let eventLoop = context.eventLoop
        waiting += 1
        watch.write = watch.write ?? eventLoop.now + deadlines.stall
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.waiting -= 1
            self.watch.write = self.waiting == 0 ? nil : eventLoop.now + self.deadlines.stall
        }
        return promise
    }
}
