package import JOSE
package import Logging
import Metrics

/// Works the mail queue: tries each mail until it is delivered, refused for good, or too old.
package struct MailDispatcher: Sendable {
    private let queue: any MailQueue
    private let carrier: any MailCarrier
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// Attempts after which a mail is given up: the waits below add up to about a day.
    private static let attemptLimit = 17
    /// Mails that are under way at the same time.
    private static let parallel = 4

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

    /// Tries every mail that is due once. Returns how many there were. Throws what the queue throws.
    package func deliverDue() async throws -> Int {
        let due = try await queue.due(at: now(), limit: Self.parallel)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (mail, attempts) in due {
                group.addTask { try await deliver(mail, attempts: attempts) }
            }
            try await group.waitForAll()
        }
        return due.count
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
