import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends connections that take too long: a head, a whole request, or a peer that does not read. Also closes after a reply that
/// says so, so that nobody makes us read the rest of a refused body.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Until the head of the first request is complete.
    private static let headDeadline = TimeAmount.seconds(10)
    /// From the head to the end of the body.
    private static let requestDeadline = TimeAmount.seconds(15)
    /// Without the peer reading anything of what waits for it.
    private static let stallDeadline = TimeAmount.seconds(10)

    /// How often the deadlines are looked at: coarse, so that a request costs no timer of its own.
    private static let interval = TimeAmount.seconds(1)

    /// Adds the fields that every reply carries to one that has none of them.
    private let sign: (inout HTTPFields) -> Void
    private var readDeadline: NIODeadline?
    private var writeDeadline: NIODeadline?
    private var closesAfterReply = false
    private var watch: RepeatedTask?

    init(sign: @escaping (inout HTTPFields) -> Void) {
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
        case .head: readDeadline = .now() + Self.requestDeadline
        case .end: readDeadline = nil
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            sign(&head.headerFields)
            closesAfterReply = head.headerFields.contains { $0.name == .connection && $0.value == "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where closesAfterReply:
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.write(data, promise: written)
        default:
            context.write(data, promise: promise)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeDeadline = context.channel.isWritable ? nil : .now() + Self.stallDeadline
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard watch == nil else { return }
        readDeadline = .now() + Self.headDeadline
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            let now = NIODeadline.now()
            let deadlines = [bound.value.readDeadline, bound.value.writeDeadline]
            if deadlines.contains(where: { $0.map { $0 < now } ?? false }) { channel.close(promise: nil) }
        }
    }
}
