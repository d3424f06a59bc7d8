/// One plain-text message to one person.
package struct OutgoingMessage: Sendable, Equatable {
    /// An ASCII mail address, without a name.
    package let recipient: String
    /// One line of Unicode text.
    package let subject: String
    /// Plain text with any line ends.
    package let body: String
    /// Names the message at most once in the world: 1 to 128 of `A-Z a-z 0-9 . _ -`, not starting with a dot.
    package let messageID: String
    /// When it was written, as in RFC 5322 §3.3: `Sat, 21 Nov 2026 13:00:00 +0000`.
    package let date: String

    /// Nothing is checked here: a carrier refuses what it cannot write safely.
    package init(recipient: String, subject: String, body: String, messageID: String, date: String) {
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.messageID = messageID
        self.date = date
    }
}
