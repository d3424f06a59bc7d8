import Accounts
import Logging
import ServiceLifecycle

/// Looks for due mail while the server runs. Does not wait for one look before it takes the next: a hanging mail server holds up
/// only the mails that it was handed.
struct MailService: Service {
    let dispatcher: MailDispatcher
    let logger: Logger

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
            _ = try await dispatcher.deliverDue()
        } catch {
            logger.error("the mail queue could not be worked", metadata: ["error": "\(error)"])
        }
    }
}
