import Logging
import ServiceLifecycle

/// Looks for what is due in a queue while the server runs. Does not wait for one look before it takes the next: a peer that hangs holds
/// up only what it was handed.
struct DispatchService: Service {
    /// For the log.
    let queue: String
    let logger: Logger
    let deliverDue: @Sendable () async throws -> Int

    private static let interval = Duration.milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while (try? await Task.sleep(for: Self.interval)) != nil {
                    group.addTask { await look() }
                }
            }
        }
    }

    private func look() async {
        do {
            _ = try await deliverDue()
        } catch {
            logger.error("the \(queue) queue could not be worked", metadata: ["error": "\(error)"])
        }
    }
}
