import NIOCore
import NIOPosix
import Synchronization

/// A connection of a client that writes bytes as it likes.
enum RawConnection {
    /// A step of the client.
    enum Step: Sendable {
        case send(String)
        case pause(Duration)
    }

    /// What came of it.
    struct Outcome: Sendable {
        /// All that the server sent.
        let text: String
        /// How many bytes that were.
        let count: Int
        /// Whether the server ended the connection; else the client gave up.
        let wasClosed: Bool

        /// The status of each reply.
        var statuses: [Int] {
            text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
        }
    }

    private typealias Wrapped = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Takes `steps`, then reads to the end, or for `patience` at most, counted from the first step. Where the server ends the connection,
    /// the patience is only for a machine that is busy.
    static func run(
        to port: Int,
        patience: TimeAmount = .seconds(60),
        _ steps: [Step]
    ) async throws -> Outcome {
        let gaveUp = Atomic(false)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let wrapped = try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try Wrapped(wrappingChannelSynchronously: channel) }
        }
        let channel = wrapped.channel
        let end = channel.eventLoop.scheduleTask(in: patience) {
            gaveUp.store(true, ordering: .relaxed)
            channel.close(promise: nil)
        }
        var received = ByteBuffer()
        do {
            try await wrapped.executeThenClose { inbound, outbound in
                do {
                    for step in steps {
                        switch step {
                        case .send(let text): try await outbound.write(ByteBuffer(string: text))
                        case .pause(let time): try await Task.sleep(for: time)
                        }
                    }
                } catch is IOError {
                    // The server closed while we wrote; what it said before is still to be read.
                } catch is ChannelError {
                    // As above.
                }
                for try await var part in inbound { received.writeBuffer(&part) }
            }
        } catch is IOError {
            // A reset is an end, too.
        }
        end.cancel()
        return Outcome(
            text: String(decoding: received.readableBytesView.prefix(1 << 20), as: UTF8.self),
            count: received.readableBytes,
            wasClosed: !gaveUp.load(ordering: .relaxed)
        )
    }
}
