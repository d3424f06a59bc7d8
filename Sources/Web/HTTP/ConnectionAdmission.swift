import NIOCore

/// Lets a connection in when its peer does not have too many, and counts it until it ends.
final class ConnectionAdmission: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let census: ConnectionCensus
    private var entry: ConnectionCensus.Entry?
    private var isAsked = false

    init(_ census: ConnectionCensus) {
        self.census = census
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
        // Also for one that was refused and closed: whoever is told of its end is told of its begin.
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    private func ask(_ context: ChannelHandlerContext) {
        guard !isAsked else { return }
        isAsked = true
        switch census.enter(context.remoteAddress?.ipAddress) {
        case .counted(let entry): self.entry = entry
        case .exempt: break
        case .refused: context.close(promise: nil)
        }
    }

    private func leave() {
        if let entry { census.leave(entry) }
        entry = nil
    }
}
