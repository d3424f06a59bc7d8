import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// A connection over TLS: HTTP/2 or HTTP/1.1, whichever the peer picks (ALPN, RFC 7301), HTTP/1.1 when it does not say.
struct SecureChannel: ServerChildChannel {
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>

    /// A connection that is still to agree on TLS.
    struct Value: ServerChildChannelValue {
        let agreed: EventLoopFuture<NIONegotiatedHTTPVersion<HTTP1Channel.Value, Streams>>
        let channel: any Channel
    }

    let tls: TLSContext
    let http1: HTTP1Channel
    let census: ConnectionCensus
    let deadlines: ConnectionDeadlines
    let door: FrontDoor

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ConnectionAdmission(census))
            try pipeline.addHandler(tls.handler())
            try pipeline.addHandler(HandshakeGuard(deadlines))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade(
                http1ConnectionInitializer: { http1.setup(channel: $0, logger: logger) },
                http2ConnectionInitializer: { http2($0) }
            )
        }.map { Value(agreed: $0, channel: channel) }
    }

    private func http2(_ channel: any Channel) -> EventLoopFuture<Streams> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let guardian = HTTP2Guard(deadlines)
            let streams: Streams = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server,
                streamDelegate: StreamCount(guardian, on: channel.eventLoop),
                configuration: HTTP2Limits.configuration,
                streamInitializer: { stream($0) }
            )
            try pipeline.addHandler(guardian)
            return streams
        }
    }

    private func stream(_ channel: any Channel) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
            try pipeline.addHandler(StreamGuard(deadlines: deadlines, sign: door.sign))
            return try HTTP1Channel.Value(wrappingChannelSynchronously: channel)
        }
    }

    /// Serves the requests of a connection. One that is cancelled ends at once: TLS knows no end of one direction alone.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            switch try? await value.agreed.get() {
            case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let streams): await handle(streams, logger)
            // Whoever does not speak TLS is no news.
            case nil: break
            }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private func handle(_ streams: Streams, _ logger: Logger) async {
        await withDiscardingTaskGroup { group in
            do {
                for try await stream in streams.inbound {
                    group.addTask { await http1.handle(value: stream, logger: logger) }
                }
            } catch {
                logger.debug("an HTTP/2 connection broke", metadata: ["error": "\(error)"])
            }
        }
    }
}
