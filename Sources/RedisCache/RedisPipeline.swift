import NIOCore
import Synchronization

/// One connection to a Redis: commands go out without waiting for one another, replies come in the same order.
final class RedisPipeline: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = [RedisCall]
    typealias OutboundOut = ByteBuffer

    /// How often the waiting are looked through.
    private static let tick = TimeAmount.milliseconds(10)
    /// A reply that is this much later than its deadline ends the connection.
    private static let stall = TimeAmount.seconds(1)

    private var open = CircularBuffer<RedisCall>(initialCapacity: 64)
    /// How many of the first were told that there is no reply in time.
    private var given = 0
    private var input = ByteBuffer()
    private var isTicking = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let calls = unwrapOutboundIn(data)
        var output = context.channel.allocator.buffer(capacity: 256 * calls.count)
        for call in calls {
            RESP.write(call.command, to: &output)
            open.append(call)
        }
        context.write(wrapOutboundOut(output), promise: promise)
        startTicking(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        input.writeBuffer(&bytes)
        do {
            while let reply = try RESP.read(&input) {
                guard let call = open.popFirst() else { throw RESPError(description: "a reply to nothing") }
                given = max(0, given - 1)
                call.answer.give(reply)
            }
        } catch {
            context.close(promise: nil)
        }
        input.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveUp()
    }

    private func giveUp() {
        while let call = open.popFirst() { call.answer.give(nil) }
        given = 0
    }

    private func startTicking(_ context: ChannelHandlerContext) {
        guard !isTicking else { return }
        isTicking = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.tick) {
            let (pipeline, context) = bound.value
            pipeline.isTicking = false
            pipeline.lookThrough(context)
        }
    }

    private func lookThrough(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if let first = open.first, first.deadline + Self.stall < now {
            context.close(promise: nil)
            return
        }
        while given < open.count {
            let call = open[open.index(open.startIndex, offsetBy: given)]
            guard call.deadline <= now else { break }
            call.answer.give(nil)
            given += 1
        }
        if !open.isEmpty { startTicking(context) }
    }
}
