/// Writes a message as it crosses the wire (RFC 5322, RFC 2045): CRLF line ends and ASCII throughout.
struct MessageText {
    let sender: String
    let senderName: String?

    /// The message's bytes. Text that could add a header, a recipient or a path is refused, never repaired.
    func bytes(of message: OutgoingMessage) throws(DeliveryError) -> [UInt8] {
        try check(message)
        let quoted = !isPlain(message.body)
        let domain = sender.split(separator: "@").last ?? "localhost"
        let headers = [
            "Date: \(message.date)",
            "From: \(from)",
            "To: <\(message.recipient)>",
            "Subject: \(EncodedWords.text(message.subject, after: "Subject: ".count))",
            "Message-ID: <\(message.messageID)@\(domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(quoted ? "quoted-printable" : "7bit")",
        ]
        var bytes = Array(headers.joined(separator: "\r\n").utf8) + Array("\r\n\r\n".utf8)
        for line in lines(of: message.body) {
            bytes += quoted ? QuotedPrintable.line(line) : Array(line)
            bytes += Array("\r\n".utf8)
        }
        return bytes
    }

    private var from: String {
        guard let senderName, !senderName.isEmpty else { return "<\(sender)>" }
        return EncodedWords.phrase(senderName, after: "From: ".count) + " <\(sender)>"
    }

    private func check(_ message: OutgoingMessage) throws(DeliveryError) {
        guard isMailAddress(message.recipient) else {
            throw DeliveryError(.permanent, reason: "the recipient is not an ASCII mail address")
        }
        guard message.subject.utf8.count <= 500, !message.subject.unicodeScalars.contains(where: isControl) else {
            throw DeliveryError(.permanent, reason: "the subject is too long or holds a control character")
        }
        guard isMessageID(message.messageID) else {
            throw DeliveryError(.permanent, reason: "the message id is not a plain name")
        }
        guard !message.date.isEmpty, message.date.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw DeliveryError(.permanent, reason: "the date is not a line of ASCII text")
        }
        guard !(senderName ?? "").unicodeScalars.contains(where: isControl) else {
            throw DeliveryError(.permanent, reason: "the sender's name holds a control character")
        }
    }

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    private func isMessageID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !text.hasPrefix(".")
            && text.utf8.allSatisfy { isASCIIAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    /// Whether the body can go as it is: ASCII without controls, in lines that every server takes (RFC 5322 §2.1.1).
    private func isPlain(_ body: String) -> Bool {
        lines(of: body).allSatisfy { line in
            line.count <= 998 && line.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x09 }
        }
    }

    private func lines(of body: String) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        let bytes = Array(body.utf8)
        var start = 0
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x0D || bytes[index] == 0x0A else {
                index += 1
                continue
            }
            lines.append(bytes[start..<index])
            let isPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            index += isPair ? 2 : 1
            start = index
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }
}
