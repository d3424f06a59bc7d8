package import Cryptography
package import JOSE

/// Sending and reading messages.
package struct Chat: Sendable {
    /// The longest message, in characters, without the blanks around it.
    package static let textLimit = 4000
    /// The longest message with them, in bytes.
    private static let byteLimit = 32_768
    /// The most messages in one answer.
    package static let pageLimit = 200

    private let store: any MessageStore
    private let feed: MessageFeed
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp

    package init(
        store: any MessageStore,
        feed: MessageFeed,
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.feed = feed
        self.random = random
        self.now = now
    }

    /// Sends `text`. Throws `ChatError`, and what the store throws; the message is durable when this returns.
    package func send(_ text: String, from sender: Person, to recipient: Person) async throws -> Message {
        // Bytes first: a character may have any number of them.
        guard text.utf8.count <= Self.byteLimit else { throw ChatError.tooLong }
        let length = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).count
        guard length > 0 else { throw ChatError.empty }
        guard length <= Self.textLimit else { throw ChatError.tooLong }
        let time = now()
        let message = Message(
            id: ULID(milliseconds: time.milliseconds, random: random).string,
            sender: sender,
            recipient: recipient,
            text: text,
            sentAt: time
        )
        guard try await store.insert(message) else { throw ChatError.unknownRecipient }
        feed.announce(message)
        return message
    }

    /// A page of messages, newest first, and the cursor of the next one. What the reader got is marked as read.
    package func read(_ query: MessageQuery) async throws -> (messages: [Message], next: String?) {
        let found = try await store.messages(
            MessageQuery(of: query.person, with: query.with, before: query.before, limit: query.limit + 1)
        )
        let page = Array(found.prefix(query.limit))
        let unread = page.filter { $0.recipient == query.person && $0.readAt == nil }.map(\.id)
        if !unread.isEmpty { store.markRead(unread, by: query.person, at: now()) }
        return (page, found.count > query.limit ? page.last?.id : nil)
    }

    /// The people whom a person has exchanged messages with, the latest first.
    package func partners(of person: Person) async throws -> [Person] {
        try await store.partners(of: person, limit: 100)
    }
}

/// Why a message was not sent.
package enum ChatError: Error, Sendable, Equatable {
    case empty
    case tooLong
    case unknownRecipient
}
