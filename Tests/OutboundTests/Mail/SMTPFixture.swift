import Outbound

/// An SMTP server of the fixtures with a carrier that talks to it.
final class SMTPFixture {
    /// A message as the server took it, parsed by Python's `email` package.
    struct Received: Decodable {
        let sender: String
        let recipients: [String]
        let headers: [[String]]
        let body: String
        let raw: String
        let encrypted: Bool
        let user: String?

        func header(_ name: String) -> [String] {
            headers.filter { $0[0] == name }.map { $0[1] }
        }
    }

    private let server: PythonServer
    var port: Int { server.port }
    var certificate: String? { server.certificate }

    init(_ mode: String, names: String = "IP:127.0.0.1,DNS:localhost") throws {
        server = try PythonServer("smtp_server.py", mode, "--names", names)
    }

    /// Ends the server and gives the messages that it took.
    func received() throws -> [Received] { try server.stop(Received.self) }

    func carrier(
        _ security: SMTPSettings.Security = .none,
        password: String? = nil,
        caFile: String? = nil,
        timeoutSeconds: Int = 15
    ) throws -> SMTPCarrier {
        let settings = SMTPSettings(
            host: "127.0.0.1",
            port: port,
            username: password.map { _ in "martlet" },
            password: password,
            security: security,
            sender: "noreply@martlet.example",
            senderName: "Martlet",
            timeoutSeconds: timeoutSeconds,
            caFile: caFile
        )
        return try SMTPCarrier(settings: settings)
    }
}

extension OutgoingMessage {
    static func sample(
        recipient: String = "ana@example.org",
        subject: String = "Hello",
        body: String = "Welcome.\n",
        messageID: String = "01JD5Z7V",
        date: String = "Sat, 21 Nov 2026 13:00:00 +0000"
    ) -> OutgoingMessage {
        OutgoingMessage(recipient: recipient, subject: subject, body: body, messageID: messageID, date: date)
    }
}

/// The error of a delivery, or nil when the message was taken.
func failure(of send: () async throws(DeliveryError) -> Void) async -> DeliveryError? {
    do {
        try await send()
        return nil
    } catch {
        return error
    }
}
