import Hummingbird
import Logging
import ServiceLifecycle

/// Serves `/metrics` on the loopback address, apart from the public listener.
struct MetricsListener: Service {
    let registry: PrometheusRegistry
    let port: Int
    let logger: Logger

    func run() async throws {
        let registry = self.registry
        let router = Router()
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: registry.render()))
            )
        }
        let logger = self.logger
        // What ends this listener is thrown; a stop in the middle of a start would only add lines that explain nothing.
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                logger.debug(
                    "metrics",
                    metadata: ["url": "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/metrics"]
                )
            },
            logger: quiet
        )
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ConfigurationError(
                "the metrics port \(port) on 127.0.0.1 cannot be used (\(error)): choose another --metrics-port"
            )
        }
    }
}
