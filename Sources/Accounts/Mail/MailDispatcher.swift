package import JOSE
package import Logging
import Metrics
import Synchronization

/// Works the mail queue: tries each mail until it is delivered, refused for good, or too old.
package final class MailDispatcher: Sendable {
    private let queue: any MailQueue
    private let carrier: any MailCarrier
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// Attempts after which a mail is given up: the waits below add up to about a day.
    private static let attemptLimit = 17
    /// Mails that are under way at the same time.
    package static let parallel = 4
    /// The ids of those that are under way now, so that a slow one holds up no other.
    private let underWay = Mutex<Set<String>>([])

    package init(
        queue: any MailQueue,
        carrier: any MailCarrier,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.queue = queue
        self.carrier = carrier
        self.logger = logger
        self.now = now
    }

    /// Tries the mails that are due, are not under way already and find room, each once. Returns how many. Throws what the
    /// queue throws. May be called while an earlier call still waits for a slow server.
    package func deliverDue() async throws -> Int {
        let due = try await queue.due(at: now(), limit: 2 * Self.parallel)
        let taken = underWay.withLock { underWay in
            due.filter { underWay.count < Self.parallel && underWay.insert($0.mail.id).inserted }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (mail, attempts) in taken {
                group.addTask { [self] in
                    defer { underWay.withLock { _ = $0.remove(mail.id) } }
                    try await deliver(mail, attempts: attempts)
                }
            }
            try await group.waitForAll()
        }
        return taken.count
    }

    private func deliver(_ mail: Mail, attempts: Int) async throws {
        do {
            try await carrier.carry(mail)
            try await queue.remove(mail.id)
            Counter(label: "martlet_mails_total", dimensions: [("result", "delivered")]).increment()
        } catch let failure as MailFailure {
            try await giveUpOrPostpone(mail, attempts: attempts + 1, failure)
        }
    }

    private func giveUpOrPostpone(_ mail: Mail, attempts: Int, _ failure: MailFailure) async throws {
        let isOver = failure.isPermanent || attempts >= Self.attemptLimit
        logger.warning(
            isOver ? "mail given up" : "mail postponed",
            metadata: ["mail": "\(mail.id)", "attempts": "\(attempts)", "reason": "\(failure.reason)"]
        )
        Counter(label: "martlet_mails_total", dimensions: [("result", isOver ? "given up" : "postponed")]).increment()
        if isOver {
            try await queue.remove(mail.id)
        } else {
            try await queue.postpone(mail.id, until: now() + Self.wait(after: attempts))
        }
    }

    /// Seconds until the next attempt: 10, 20, 40, … at most four hours.
    static func wait(after attempts: Int) -> Int64 {
        min(14_400, 10 << Int64(min(attempts - 1, 20)))
    }
}
