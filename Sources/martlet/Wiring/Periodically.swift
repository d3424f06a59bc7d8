import Logging
import ServiceLifecycle

/// Does something again and again while the server runs. A failure is logged and tried again at the next turn.
struct Periodically: Service {
    let interval: Duration
    let logger: Logger
    let work: @Sendable () async throws -> Void

    init(every interval: Duration, logger: Logger, work: @escaping @Sendable () async throws -> Void) {
        self.interval = interval
        self.logger = logger
        self.work = work
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                do {
                    try await work()
                } catch {
                    logger.error("background work failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
