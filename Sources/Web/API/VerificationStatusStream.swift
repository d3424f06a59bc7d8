package import Accounts
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// The server-sent events that tell a waiting page that an address is verified (WHATWG HTML §9.2).
struct VerificationStatusStream {
    let signals: AsyncStream<VerificationWatchers.Signal>
    let isVerified: Bool
    let connection: PeerConnection
    /// After this the stream ends, and a browser that still waits opens another by itself.
    var lifetime = TimeAmount.minutes(15)

    private static let fields: HTTPFields = [
        .contentType: "text/event-stream", .cacheControl: "no-store", HTTPField.Name("X-Accel-Buffering")!: "no",
    ]
    private static let verified = ByteBuffer(string: "data: verified\n\n")
    private static let comment = ByteBuffer(string: ": keep-alive\n\n")

    /// The stream: ends after `verified`, when the peer goes away, when the server stops, or when its time is over.
    var reply: RouteReply {
        .stream(Self.fields) { writer in
            guard !isVerified else { return try await writer.write(Self.verified) }
            try await writer.write(Self.comment)
            try await whileWanted { signal in
                try await writer.write(signal == .verified ? Self.verified : Self.comment)
            }
        }
    }

    /// Gives every signal to `body`, until one of the ends above.
    private func whileWanted(_ body: (VerificationWatchers.Signal) async throws -> Void) async throws {
        // The watchers end their stream only when they have news; this one can be ended from here.
        let (wanted, continuation) = AsyncStream.makeStream(
            of: VerificationWatchers.Signal.self,
            bufferingPolicy: .bufferingNewest(2)
        )
        let pump = Task {
            for await signal in signals { continuation.yield(signal) }
            continuation.finish()
        }
        let timer = connection.whenClosed(orAfter: lifetime) { continuation.finish() }
        defer {
            timer.cancel()
            pump.cancel()
        }
        try await withGracefulShutdownHandler {
            for await signal in wanted { try await body(signal) }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}

/// Gives open streams a sign of life while the server runs.
package struct StreamKeeper: Service {
    private let watchers: VerificationWatchers
    /// Shorter than the time after which proxies give up on a silent connection.
    private static let interval = Duration.seconds(15)

    package init(watchers: VerificationWatchers) {
        self.watchers = watchers
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { watchers.keepAlive() }
        }
    }
}
