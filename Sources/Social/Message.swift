package import JOSE

/// A message from one person to another.
package struct Message: Sendable, Equatable {
    /// A ULID: ids sort in the order of sending.
    package let id: String
    package let sender: Person
    package let recipient: Person
    /// As it was sent.
    package let text: String
    package let sentAt: Timestamp
    package let readAt: Timestamp?

    package init(
        id: String,
        sender: Person,
        recipient: Person,
        text: String,
        sentAt: Timestamp,
        readAt: Timestamp? = nil
    ) {
        self.id = id
        self.sender = sender
        self.recipient = recipient
        self.text = text
        self.sentAt = sentAt
        self.readAt = readAt
    }
}

/// Keeps messages.
package protocol MessageStore: Sendable {
    /// Files a message, durable when this returns. False when there is no such recipient, or a blocked one.
    func insert(_ message: Message) async throws -> Bool

    /// The messages that a person sent or got, newest first.
    func messages(_ query: MessageQuery) async throws -> [Message]

    /// Marks those of `ids` that `reader` got and has not read as read at `now`. Returns at once; may be lost.
    func markRead(_ ids: [String], by reader: Person, at now: Timestamp)

    /// The people whom a person has exchanged messages with, the latest first, at most `limit`.
    func partners(of person: Person, limit: Int) async throws -> [Person]
}

/// Which messages to read.
package struct MessageQuery: Sendable {
    package let person: Person
    /// Only those exchanged with this person.
    package let with: Person?
    /// Only those before the message with this id.
    package let before: String?
    package let limit: Int

    package init(of person: Person, with other: Person? = nil, before: String? = nil, limit: Int) {
        self.person = person
        with = other
        self.before = before
        self.limit = limit
    }
}
