import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections that are idle, too old, or whose peer does not read, and says so (GOAWAY, RFC 9113 §6.8).
final class HTTP2Guard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let deadlines: ConnectionDeadlines
    private let watch = DeadlineWatch()
    private var ageing: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private var openStreams = 0
    private var newest = HTTP2StreamID.rootStream
    /// The peer was told to open no more streams.
    private var isLeaving = false
    private var isClosing = false

    init(_ deadlines: ConnectionDeadlines) {
        self.deadlines = deadlines
    }

    /// The connection is active by then: it has agreed on TLS.
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard context.channel.isActive else { return }
        watch.read = context.eventLoop.now + deadlines.head
        watch.begin(on: context.channel, every: deadlines.interval)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ageing = context.eventLoop.scheduleTask(in: deadlines.age) {
            let (guardian, context) = bound.value
            guardian.watch.end = context.eventLoop.now + guardian.deadlines.idle
            guardian.leave(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { leave(context) }
        context.fireUserInboundEventTriggered(event)
    }

    /// A request begins.
    func streamCreated(_ id: HTTP2StreamID) {
        openStreams += 1
        newest = max(newest, id)
        watch.read = nil
    }

    /// A request is over, whoever ended it.
    func streamClosed(on eventLoop: any EventLoop) {
        openStreams -= 1
        guard openStreams == 0 else { return }
        watch.read = eventLoop.now + deadlines.idle
        // Not from within: this is called while a frame is being read or written.
        guard isLeaving else { return }
        eventLoop.assumeIsolated().execute {
            if let context = self.context { self.leaveIfIdle(context) }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watch.write = context.channel.isWritable ? nil : context.eventLoop.now + deadlines.stall
        context.fireChannelWritabilityChanged()
    }

    /// Says good-bye: what came after the newest stream was not looked at, and can be sent again.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all && !isClosing {
            isClosing = true
            send(.goAway(lastStreamID: newest, errorCode: .noError, opaqueData: nil), context)
        }
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    /// Lets the open streams end, and no new ones begin.
    private func leave(_ context: ChannelHandlerContext) {
        guard !isLeaving else { return }
        isLeaving = true
        if openStreams > 0 { send(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil), context) }
        leaveIfIdle(context)
    }

    private func leaveIfIdle(_ context: ChannelHandlerContext) {
        if openStreams == 0 { close(context: context, mode: .all, promise: nil) }
    }

    private func send(_ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    private func end() {
        watch.stop()
        ageing?.cancel()
    }
}

/// Tells the guard of a connection of its streams.
struct StreamCount: NIOHTTP2StreamDelegate {
    private let guardian: NIOLoopBound<HTTP2Guard>

    init(_ guardian: HTTP2Guard, on eventLoop: any EventLoop) {
        self.guardian = NIOLoopBound(guardian, eventLoop: eventLoop)
    }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        guardian.value.streamCreated(id)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        guardian.value.streamClosed(on: channel.eventLoop)
    }
}
