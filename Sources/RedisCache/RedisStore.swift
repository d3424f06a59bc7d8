package import JOSE
package import Logging
import NIOCore
import NIOPosix
package import Provider
import Synchronization

/// A Redis as a place for values that may be lost: one connection, made again when it breaks. No call waits for it longer than
/// its patience; while there is no connection, nothing is there.
package final class RedisStore: VolatileStore {
    /// The most calls that may wait; further ones find nothing.
    private static let openLimit = 1024
    private static let prefix = Array("martlet:".utf8)
    private static let greetingPatience = TimeAmount.seconds(2)
    private static let backOff = (first: TimeAmount.milliseconds(100), last: TimeAmount.seconds(10))

    private struct State {
        var channel: (any Channel)?
        /// To be sent in one piece.
        var waiting: [RedisCall] = []
        var open = 0
        var isClosed = false
        var delay = RedisStore.backOff.first
        /// Whether the log was told that there is no connection.
        var isMissed = false
    }

    private let address: RedisAddress
    private let patience: TimeAmount
    private let logger: Logger
    private let loop: any EventLoop
    private let state = Mutex(State())

    /// Connects in the background. `patience` is how long a reply may take.
    package init(_ address: RedisAddress, patience: Duration = .milliseconds(50), logger: Logger) {
        self.address = address
        self.patience = TimeAmount(patience)
        self.logger = logger
        loop = MultiThreadedEventLoopGroup.singleton.any()
        connect()
    }

    /// Ends the connection; afterwards nothing is there.
    package func close() async {
        let channel = state.withLock { state in
            state.isClosed = true
            return state.channel
        }
        try? await channel?.close()
    }

    /// Whether it answers now.
    package func isThere() async -> Bool {
        await reply(to: [Array("PING".utf8)]) == .status("PONG")
    }

    package func value(_ key: VolatileKey, at now: Timestamp) async -> [UInt8]? {
        guard case .value(let value) = await reply(to: [Array("GET".utf8), Self.name(key)]) else { return nil }
        return value
    }

    package func set(_ key: VolatileKey, to value: [UInt8], until expiry: Timestamp, at now: Timestamp) {
        guard value.count <= RESP.longestValue, now < expiry else { return remove(key) }
        let milliseconds = min(expiry.milliseconds - now.milliseconds, 1 << 40)
        send(["SET".bytes, Self.name(key), value, "PX".bytes, "\(milliseconds)".bytes], RedisAnswer())
    }

    package func remove(_ key: VolatileKey) {
        send(["DEL".bytes, Self.name(key)], RedisAnswer())
    }

    private static func name(_ key: VolatileKey) -> [UInt8] { prefix + key.description.utf8 }

    func reply(to command: [[UInt8]]) async -> RESPReply? {
        await withCheckedContinuation { caller in
            send(command, RedisAnswer { caller.resume(returning: $0) })
        }
    }

    /// Sends a command, or lets `answer` end, which says that there is no reply.
    private func send(_ command: [[UInt8]], _ answer: RedisAnswer) {
        let call = RedisCall(
            command: command,
            deadline: .now() + patience,
            answer: RedisAnswer { [self] reply in
                state.withLock { $0.open -= 1 }
                answer.give(reply)
            }
        )
        let channel: (any Channel)? = state.withLock { state in
            // What is not sent takes its place as well, until its answer has ended.
            state.open += 1
            guard let channel = state.channel, state.open <= Self.openLimit else { return nil }
            state.waiting.append(call)
            return state.waiting.count == 1 ? channel : nil
        }
        channel?.eventLoop.execute { self.sendWaiting() }
    }

    private func sendWaiting() {
        let (channel, calls) = state.withLock { state in
            defer { state.waiting = [] }
            return (state.channel, state.waiting)
        }
        channel?.writeAndFlush(calls, promise: nil)
    }

    private func connect() {
        ClientBootstrap(group: loop)
            .connectTimeout(Self.greetingPatience)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RedisPipeline())
                }
            }
            .connect(host: address.host, port: address.port)
            .whenComplete { result in
                switch result {
                case .failure(let error): self.retry("\(error)")
                case .success(let channel):
                    channel.closeFuture.whenComplete { _ in self.lost() }
                    self.greet(channel)
                }
            }
    }

    /// Signs in and takes the database; only then is the connection used.
    private func greet(_ channel: any Channel) {
        var commands: [[[UInt8]]] = []
        if let password = address.password {
            commands.append(["AUTH".bytes] + (address.user.map { [$0.bytes] } ?? []) + [password.bytes])
        }
        commands.append(["SELECT".bytes, "\(address.database)".bytes])
        commands.append(["PING".bytes])
        let deadline = NIODeadline.now() + Self.greetingPatience
        let calls = commands.enumerated().map { index, command in
            let isLast = index == commands.count - 1
            let wanted = RESPReply.status(isLast ? "PONG" : "OK")
            let answer = RedisAnswer { reply in
                if reply != wanted { return self.refused(channel, reply) }
                if isLast { self.ready(channel) }
            }
            return RedisCall(command: command, deadline: deadline, answer: answer)
        }
        channel.writeAndFlush(calls, promise: nil)
    }

    private func ready(_ channel: any Channel) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.channel = channel
            state.delay = Self.backOff.first
            state.isMissed = false
        }
        logger.info("redis is there", metadata: ["address": "\(address.host):\(address.port)"])
    }

    private func refused(_ channel: any Channel, _ reply: RESPReply?) {
        if case .error(let text) = reply { miss("it refuses: \(text)") } else { miss("it does not answer") }
        channel.close(promise: nil)
    }

    private func lost() {
        let unsent = state.withLock { state in
            defer { (state.channel, state.waiting) = (nil, []) }
            return state.waiting
        }
        for call in unsent { call.answer.give(nil) }
        retry("the connection ended")
    }

    private func retry(_ reason: String) {
        let delay: TimeAmount? = state.withLock { state in
            defer { state.delay = min(state.delay + state.delay, Self.backOff.last) }
            return state.isClosed ? nil : state.delay
        }
        guard let delay else { return }
        miss(reason)
        loop.scheduleTask(in: delay) {
            if !self.state.withLock({ $0.isClosed }) { self.connect() }
        }
    }

    /// Says once that there is no connection.
    private func miss(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.isMissed = true }
            return !state.isMissed && !state.isClosed
        }
        guard isNews else { return }
        logger.warning(
            "no redis: the database is asked instead",
            metadata: ["address": "\(address.host):\(address.port)", "reason": "\(reason)"]
        )
    }
}

extension String {
    fileprivate var bytes: [UInt8] { Array(utf8) }
}
