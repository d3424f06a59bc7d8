package import Accounts
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// The server-sent events that tell a waiting page that an address is verified (WHATWG HTML §9.2).
struct VerificationStatusStream {
    let signals: AsyncStream<VerificationWatchers.Signal>
    let isVerified: Bool

    private static let fields: HTTPFields = [
        .contentType: "text/event-stream", .cacheControl: "no-store", HTTPField.Name("X-Accel-Buffering")!: "no",
    ]
    private static let verified = ByteBuffer(string: "data: verified\n\n")
    private static let comment = ByteBuffer(string: ": keep-alive\n\n")

    /// The stream: ends after `verified`, or when the server stops.
    var reply: RouteReply {
        .stream(Self.fields) { writer in
            guard !isVerified else { return try await writer.write(Self.verified) }
            try await writer.write(Self.comment)
            for await signal in signals {
                try await writer.write(signal == .verified ? Self.verified : Self.comment)
            }
        }
    }
}

/// Keeps open streams alive while the server runs, and ends them when it stops.
package struct StreamKeeper: Service {
    private let watchers: VerificationWatchers
    /// Shorter than the time after which proxies give up on a silent connection.
    private static let interval = Duration.seconds(15)

    package init(watchers: VerificationWatchers) {
        self.watchers = watchers
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                while (try? await Task.sleep(for: Self.interval)) != nil { watchers.keepAlive() }
            }
        } onGracefulShutdown: {
            watchers.endAll()
        }
    }
}
