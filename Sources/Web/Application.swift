package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle

/// The HTTP server around the front door: addresses, limits, and what runs beside it.
package enum WebServer {
    /// The most connections at one time.
    private static let connectionLimit = 8192
    /// The most connections of one peer.
    private static let peerConnectionLimit = 1024

    /// An application that serves `door` at `host` and `port`; `onReady` is told the port that it listens on.
    package static func application(
        _ door: FrontDoor,
        host: String,
        port: Int,
        services: [any Service],
        logger: Logger,
        deadlines: ConnectionDeadlines = ConnectionDeadlines(),
        onReady: @escaping @Sendable (Int) async -> Void
    ) -> Application<FrontDoor> {
        Application(
            responder: door,
            server: .http1(configuration: limits(door, deadlines)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit)
            ),
            services: services,
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) },
            logger: logger
        )
    }

    /// Explicit, never the defaults of the library: 64 fields, 16 KiB of head, 30 s idle.
    private static func limits(_ door: FrontDoor, _ deadlines: ConnectionDeadlines) -> HTTP1Channel.Configuration {
        let census = ConnectionCensus(limit: peerConnectionLimit, exempt: door.proxies)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(deadlines: deadlines, census: census, sign: door.sign)],
            idleTimeout: .seconds(30),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10,
                maxHeaderListSize: 16 << 10,
                maxHeaderFieldCount: 64
            )
        )
    }
}
