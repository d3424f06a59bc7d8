import Accounts
import Logging
import Outbound
import Synchronization

/// Hands the mail of the accounts to the outside, and remembers how that went.
struct OutboundMail: MailCarrier {
    private let send: @Sendable (OutgoingMessage) async throws(DeliveryError) -> Void
    private let afterwards: @Sendable (Mail) -> Void
    private let health: MailHealth

    fileprivate init(
        send: @escaping @Sendable (OutgoingMessage) async throws(DeliveryError) -> Void,
        afterwards: @escaping @Sendable (Mail) -> Void = { _ in }
    ) {
        self.send = send
        self.afterwards = afterwards
        health = MailHealth()
    }

    /// False after several attempts in a row failed for reasons that lie with the server, not with a recipient.
    var isHealthy: Bool { health.isHealthy }

    func carry(_ mail: Mail) async throws {
        let message = OutgoingMessage(
            recipient: mail.recipient.description,
            subject: mail.subject,
            body: mail.body,
            messageID: mail.id,
            date: SystemClock.mailDate(SystemClock.now())
        )
        do {
            try await send(message)
            health.succeeded()
        } catch {
            let isPermanent = error.kind == .permanent
            if error.concernsServer { health.failed() }
            throw MailFailure(isPermanent: isPermanent, reason: error.description)
        }
        afterwards(mail)
    }
}

/// Counts failures in a row.
private final class MailHealth: Sendable {
    private static let limit = 3
    private let failures = Atomic(0)

    var isHealthy: Bool { failures.load(ordering: .relaxed) < Self.limit }

    func succeeded() { failures.store(0, ordering: .relaxed) }

    func failed() { failures.add(1, ordering: .relaxed) }
}

/// Chooses how mail leaves: by SMTP when it is configured, else, in development, into a folder and the log.
enum MailCarriers {
    static func carrier(for configuration: ServerConfiguration, logger: Logger) throws -> OutboundMail {
        if let settings = configuration.smtp {
            let carrier: SMTPCarrier
            do {
                carrier = try SMTPCarrier(settings: settings)
            } catch {
                throw ConfigurationError("\(error): see the smtp settings in `martlet options`")
            }
            return OutboundMail(send: carrier.send)
        }
        let folder = configuration.dataFolder + "/mail"
        let carrier = FolderCarrier(folder: folder, sender: configuration.mailFrom)
        return OutboundMail(send: carrier.send) { mail in
            let link = mail.body.split(separator: "\n").first { $0.hasPrefix("http") } ?? ""
            logger.info(
                "mail written",
                metadata: ["file": "\(folder)/\(mail.id).eml", "to": "\(mail.recipient)", "link": "\(link)"]
            )
        }
    }
}
