import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// A reply of server-sent events (WHATWG HTML §9.2) that lasts as long as somebody wants it.
struct EventStream<Signal: Sendable>: Sendable {
    let signals: AsyncStream<Signal>
    let connection: PeerConnection
    /// After this the stream ends, and a browser that still waits opens another by itself.
    var lifetime = TimeAmount.minutes(15)

    private static var fields: HTTPFields {
        [.contentType: "text/event-stream", .cacheControl: "no-store", HTTPField.Name("X-Accel-Buffering")!: "no"]
    }

    /// The bytes of a sign of life.
    static var comment: ByteBuffer { ByteBuffer(string: ": keep-alive\n\n") }

    /// The bytes of an event with one line of data.
    static func event(_ line: [UInt8]) -> ByteBuffer {
        ByteBuffer(bytes: Array("data: ".utf8) + line + Array("\n\n".utf8))
    }

    /// A stream that opens with a sign of life and then writes `bytes` of each signal. It ends with the signals, when the peer goes
    /// away, when the server stops, when its time is over, or when `bytes` gives nil: who listens may no longer.
    func reply(_ bytes: @escaping @Sendable (Signal) async -> ByteBuffer?) -> RouteReply {
        .stream(Self.fields) { writer in
            try await writer.write(Self.comment)
            try await whileWanted { signal in
                guard let bytes = await onOwnStack({ await bytes(signal) }) else { return false }
                try await writer.write(bytes)
                return true
            }
        }
    }

    /// A stream that has only one event to tell.
    static func ended(with line: String) -> RouteReply {
        .stream(fields) { writer in try await writer.write(event(Array(line.utf8))) }
    }

    /// Gives every signal to `body`, until that answers false or one of the ends above.
    private func whileWanted(_ body: (Signal) async throws -> Bool) async throws {
        // Those who signal end their stream only when they have news; this one can be ended from here.
        let (wanted, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
        let pump = Task.detached {
            for await signal in signals { continuation.yield(signal) }
            continuation.finish()
        }
        let timer = connection.whenClosed(orAfter: lifetime) { continuation.finish() }
        defer {
            timer.cancel()
            pump.cancel()
        }
        try await withGracefulShutdownHandler {
            for await signal in wanted {
                guard try await body(signal) else { return }
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}
