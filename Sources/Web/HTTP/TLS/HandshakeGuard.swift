import NIOCore
import NIOTLS

/// Ends a connection that does not agree on TLS in time, or is still at it when the server stops.
final class HandshakeGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let deadlines: ConnectionDeadlines
    private let watch = DeadlineWatch()
    private var isDone = false

    init(_ deadlines: ConnectionDeadlines) {
        self.deadlines = deadlines
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            isDone = true
            watch.stop()
        }
        if event is ChannelShouldQuiesceEvent && !isDone { context.close(promise: nil) }
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
        guard !isDone, context.channel.isActive else { return }
        watch.read = context.eventLoop.now + deadlines.handshake
        watch.begin(on: context.channel, every: deadlines.interval)
    }
}
