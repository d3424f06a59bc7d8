import CCurl

/// Hands messages to a submission server, one connection each, on threads of its own.
package struct SMTPCarrier: Sendable {
    private let settings: SMTPSettings
    private let threads: BlockingThreads

    /// Throws on settings that cannot work.
    /// - Parameter connections: the largest number of messages under way at one time; further ones wait.
    package init(settings: SMTPSettings, connections: Int = 4) throws(SMTPSettingsError) {
        try settings.check()
        self.settings = settings
        threads = BlockingThreads(limit: max(1, connections))
    }

    /// Returns once the server has taken responsibility for the message (RFC 5321 §6.1). After an error past the end
    /// of the text the server may have taken it all the same, so another attempt can make a second copy.
    package func send(_ message: OutgoingMessage) async throws(DeliveryError) {
        let text = try MessageText(sender: settings.sender, senderName: settings.senderName).bytes(of: message)
        let settings = settings
        let result = await threads.value { cancellation in
            Submission(settings: settings, recipient: message.recipient, text: text).result(cancellation)
        }
        try result.get()
    }
}

/// One attempt to hand over one message.
private struct Submission {
    let settings: SMTPSettings
    let recipient: String
    let text: [UInt8]

    func result(_ cancellation: Cancellation) -> Result<Void, DeliveryError> {
        guard let transfer = Transfer(url: settings.url, schemes: "smtp,smtps", cancellation: cancellation) else {
            return .failure(DeliveryError(.transient, reason: "libcurl has no memory for a transfer"))
        }
        configure(transfer)
        var replies = Replies()
        let code = transfer.perform(
            header: { bytes in
                replies.take(bytes)
                return true
            },
            body: { _ in true }
        )
        guard code != CURLE_OK else { return .success(()) }
        return .failure(error(for: code, text: transfer.failureText, replies: replies))
    }

    private func configure(_ transfer: Transfer) {
        let usesTLS = settings.security != .none
        transfer.set(CURLOPT_USE_SSL, to: Int((usesTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue))
        transfer.set(CURLOPT_TIMEOUT, to: settings.timeoutSeconds)
        transfer.set(CURLOPT_CONNECTTIMEOUT, to: settings.timeoutSeconds)
        if let caFile = settings.caFile { transfer.set(CURLOPT_CAINFO, to: caFile) }
        if let username = settings.username, let password = settings.password {
            transfer.set(CURLOPT_USERNAME, to: username)
            transfer.set(CURLOPT_PASSWORD, to: password)
        }
        transfer.set(CURLOPT_MAIL_FROM, to: "<\(settings.sender)>")
        transfer.set(CURLOPT_MAIL_RCPT, to: ["<\(recipient)>"])
        transfer.send(text)
    }

    /// Only a 5xx to the sender, the recipient or the text condemns a message. A refused password or a missing
    /// certificate says nothing about it: the mail waits until the settings are mended.
    private func error(for code: CURLcode, text: String, replies: Replies) -> DeliveryError {
        let refusal = replies.refusal?.code
        if code == CURLE_LOGIN_DENIED || [530, 534, 535, 538].contains(refusal) {
            return DeliveryError(.transient, code: refusal, reason: "the SMTP server wants other credentials")
        }
        if code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY, let refusal = replies.refusal {
            let isPermanent = refusal.code >= 500 && replies.wasGreeted
            return DeliveryError(
                isPermanent ? .permanent : .transient,
                code: refusal.code,
                reason: hidden(refusal.text)
            )
        }
        let text = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return DeliveryError(.transient, reason: hidden(printable(text.utf8)))
    }

    /// A server's text with the password taken out, should the server repeat it.
    private func hidden(_ text: String) -> String {
        guard let password = settings.password, !password.isEmpty else { return text }
        return text.replacing(password, with: "***")
    }
}

/// What a server answered, as far as it tells why a message was refused.
private struct Replies {
    /// Whether the server took the connection (RFC 5321 §3.1); what it says before is about itself, not about a message.
    private(set) var wasGreeted = false
    /// The last reply of 400 and above; libcurl ends with `QUIT`, whose reply comes after it.
    private(set) var refusal: (code: Int, text: String)?

    mutating func take(_ line: UnsafeRawBufferPointer) {
        guard let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else { return }
        if code < 400 { wasGreeted = true }
        if code >= 400 { refusal = (code, printable(line)) }
    }
}
