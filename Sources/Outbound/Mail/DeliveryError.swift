/// Why a message was not handed over.
package struct DeliveryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a queue does with the message.
    package enum Kind: Sendable, Equatable {
        /// The message itself can never be delivered: drop it.
        case permanent
        /// Another attempt may succeed: the server was away or busy, or the settings must be mended first.
        case transient
    }

    /// Whether another attempt may help.
    package let kind: Kind
    /// The SMTP reply code, where the server gave one that decided.
    package let code: Int?
    /// For the operator's log: one line of printable ASCII, without the password.
    package let reason: String

    /// Whether it says something of the mail server or of the way there, not of one recipient: no reply at all, a server that
    /// closes (421) or that refuses the sign-in (53x).
    package var concernsServer: Bool {
        guard let code else { return kind == .transient }
        return code == 421 || (530...539).contains(code)
    }

    /// - Parameter reason: without secrets.
    package init(_ kind: Kind, code: Int? = nil, reason: String) {
        self.kind = kind
        self.code = code
        self.reason = reason
    }

    /// Kind, code and reason, for a log.
    package var description: String {
        let kind = kind == .permanent ? "permanent" : "transient"
        return code.map { "\(kind) (\($0)): \(reason)" } ?? "\(kind): \(reason)"
    }
}
