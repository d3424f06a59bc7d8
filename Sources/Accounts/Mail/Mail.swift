package import JOSE

/// A message to one person, in plain text.
package struct Mail: Sendable, Equatable {
    /// A ULID; also the left part of the Message-ID.
    package let id: String
    package let recipient: EmailAddress
    package let subject: String
    package let body: String

    package init(id: String, recipient: EmailAddress, subject: String, body: String) {
        self.id = id
        self.recipient = recipient
        self.subject = subject
        self.body = body
    }
}

/// The durable queue of mail. A mail enters it in the transaction that causes it (`RegistrationStore.ask`).
package protocol MailQueue: Sendable {
    /// The mails that are due, oldest first, with the number of attempts so far.
    func due(at now: Timestamp, limit: Int) async throws -> [(mail: Mail, attempts: Int)]

    /// Takes a mail out of the queue: it was delivered, or it never will be.
    func remove(_ id: String) async throws

    /// Leaves a mail for later.
    func postpone(_ id: String, until time: Timestamp) async throws
}

/// Carries a mail to its recipient's server.
package protocol MailCarrier: Sendable {
    /// Throws `MailFailure`.
    func carry(_ mail: Mail) async throws
}

/// Why a mail was not delivered.
package struct MailFailure: Error, Sendable {
    /// Whether trying again is pointless (a 5xx answer).
    package let isPermanent: Bool
    /// For the operator's log.
    package let reason: String

    package init(isPermanent: Bool, reason: String) {
        self.isPermanent = isPermanent
        self.reason = reason
    }
}
