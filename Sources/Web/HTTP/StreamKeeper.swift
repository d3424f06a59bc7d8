import ServiceLifecycle

/// Gives open streams a sign of life while the server runs.
package struct StreamKeeper: Service {
    private let keepAlive: @Sendable () -> Void
    /// Shorter than the time after which proxies give up on a silent connection.
    private static let interval = Duration.seconds(15)

    /// `keepAlive` tells every open stream that the line is alive.
    package init(keepAlive: @escaping @Sendable () -> Void) {
        self.keepAlive = keepAlive
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { keepAlive() }
        }
    }
}
