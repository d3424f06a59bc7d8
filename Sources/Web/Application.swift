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

    /// Where the server listens, and how it speaks there.
    package struct Listener: Sendable {
        package let host: String
        /// 0 takes a free one.
        package let port: Int
        /// nil for plain HTTP/1.1.
        package let tls: TLSContext?
        package let deadlines: ConnectionDeadlines

        package init(
            host: String,
            port: Int,
            tls: TLSContext? = nil,
            deadlines: ConnectionDeadlines = ConnectionDeadlines()
        ) {
            (self.host, self.port, self.tls, self.deadlines) = (host, port, tls, deadlines)
        }
    }

    /// An application that serves `door` at `listener`; `onReady` is told the port that it listens on.
    package static func application(
        _ door: FrontDoor,
        at listener: Listener,
        services: [any Service],
        logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void
    ) -> Application<FrontDoor> {
        Application(
            responder: door,
            server: HTTPServerBuilder { responder in channel(door, listener, responder) },
            configuration: ApplicationConfiguration(
                address: .hostname(listener.host, port: listener.port),
                backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit)
            ),
            services: services,
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? listener.port) },
            logger: logger
        )
    }

    private static func channel(
        _ door: FrontDoor,
        _ listener: Listener,
        _ responder: @escaping HTTPChannelHandler.Responder
    ) -> any ServerChildChannel {
        let census = ConnectionCensus(limit: peerConnectionLimit, exempt: door.proxies)
        let http1 = { admission in
            HTTP1Channel(responder: responder, configuration: limits(door, listener.deadlines, admission))
        }
        guard let tls = listener.tls else { return http1 { [ConnectionAdmission(census)] } }
        return SecureChannel(tls: tls, http1: http1 { [] }, census: census, deadlines: listener.deadlines, door: door)
    }

    /// Explicit, never the defaults of the library: 64 fields, 16 KiB of head, 30 s idle. `admission` is asked first.
    private static func limits(
        _ door: FrontDoor,
        _ deadlines: ConnectionDeadlines,
        _ admission: @escaping @Sendable () -> [ConnectionAdmission]
    ) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: admission() + [ConnectionGuard(deadlines: deadlines, sign: door.sign)],
            idleTimeout: deadlines.idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10,
                maxHeaderListSize: 16 << 10,
                maxHeaderFieldCount: 64
            )
        )
    }
}
