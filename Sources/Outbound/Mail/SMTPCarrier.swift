import CCurl

/// Hands messages to a submission server, one connection each, on threads of its own.
package struct SMTPCarrier: Sendable {
    private let settings: SMTPSettings
    private let threads: BlockingThreads

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
        var lastReply = ""
        let code = transfer.perform(
            header: { bytes in
                lastReply = printable(bytes)
                return true
            },
            body: { _ in true }
        )
        guard code != CURLE_OK else { return .success(()) }
        return .failure(error(for: code, of: transfer, lastReply: lastReply))
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
    private func error(for code: CURLcode, of transfer: Transfer, lastReply: String) -> DeliveryError {
        let reply = transfer.status
        let needsSignIn = code == CURLE_LOGIN_DENIED || [530, 534, 535, 538].contains(reply)
        if needsSignIn {
            return DeliveryError(.transient, code: reply, reason: "the SMTP server wants other credentials")
        }
        let isAboutMessage = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY
        if isAboutMessage, (400..<600).contains(reply) {
            return DeliveryError(reply >= 500 ? .permanent : .transient, code: reply, reason: lastReply)
        }
        let text = transfer.failureText.isEmpty ? String(cString: curl_easy_strerror(code)) : transfer.failureText
        return DeliveryError(.transient, reason: printable(text.utf8))
    }
}
