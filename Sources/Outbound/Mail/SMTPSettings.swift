/// How mail is handed to a submission server.
package struct SMTPSettings: Sendable {
    /// What protects the connection.
    package enum Security: String, Sendable, CaseIterable {
        /// Nothing; a password is then sent to a loopback host only.
        case none
        /// `STARTTLS` before anything else, and no mail without it (RFC 3207).
        case startTLS
        /// TLS from the first byte (RFC 8314 §3).
        case tls
    }

    /// A host name or an IP address, IPv6 without brackets.
    package let host: String
    /// 587 for STARTTLS and 465 for TLS by custom (RFC 8314).
    package let port: Int
    /// For `AUTH`; with a password, or neither.
    package let username: String?
    /// Never in an error or a log.
    package let password: String?
    /// What protects the connection.
    package let security: Security
    /// The address in `MAIL FROM` and `From:`.
    package let sender: String
    /// The name shown before the address in `From:`.
    package let senderName: String?
    /// The longest time that one message may take, in seconds.
    package let timeoutSeconds: Int
    /// A PEM file of the authorities to trust in place of the system's.
    package let caFile: String?

    /// Nothing is checked here: ``SMTPCarrier`` refuses settings that cannot work.
    package init(
        host: String,
        port: Int,
        username: String? = nil,
        password: String? = nil,
        security: Security,
        sender: String,
        senderName: String? = nil,
        timeoutSeconds: Int = 15,
        caFile: String? = nil
    ) {
        self.host = host
        self.port = port
        self.username = username
        self.password = password
        self.security = security
        self.sender = sender
        self.senderName = senderName
        self.timeoutSeconds = timeoutSeconds
        self.caFile = caFile
    }
}

/// Settings with which no mail could ever be sent, or not safely.
package struct SMTPSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for the operator, without the password.
    package let description: String
}

extension SMTPSettings {
    /// Refuses settings that could never work, or that would show the password to the network.
    func check() throws(SMTPSettingsError) {
        if let problem { throw SMTPSettingsError(description: problem) }
    }

    private var problem: String? {
        if host.isEmpty || !host.utf8.allSatisfy(isHostByte) {
            return "the SMTP host is not a host name or an IP address"
        }
        if !(1...65_535).contains(port) { return "the SMTP port is not between 1 and 65535" }
        if !isMailAddress(sender) { return "the sender is not a mail address" }
        if timeoutSeconds < 1 { return "the SMTP timeout is shorter than a second" }
        if (username == nil) != (password == nil) { return "SMTP needs a user name and a password, or neither" }
        if security == .none, password != nil, !isLoopback {
            return "an SMTP password is not sent without TLS, except to a loopback host"
        }
        return nil
    }

    private var isLoopback: Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.utf8.allSatisfy(isIPv4Byte))
    }

    private func isHostByte(_ byte: UInt8) -> Bool {
        isASCIIAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_")
    }

    private func isIPv4Byte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The URL that libcurl connects to.
    var url: String {
        let scheme = security == .tls ? "smtps" : "smtp"
        return host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }
}
