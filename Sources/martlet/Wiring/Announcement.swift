import Accounts
import Storage

/// What a person at a terminal is told once the server is ready.
struct Announcement: Sendable {
    private let configuration: ServerConfiguration
    /// As it was called, so that what is shown can be copied.
    private let program = CommandLine.arguments.first ?? "martlet"

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// Prints the text.
    func make(port: Int) {
        print(text(port: port))
        Terminal.flush()
    }

    /// Shows the key of the first administrator: here, this once, and in no log.
    static func show(_ key: AdminKey) {
        print("X-Auth-Token: \(key.text)")
        Terminal.flush()
    }

    /// Where the server is and, in development, what to try next.
    func text(port: Int) -> String {
        let issuer = configuration.issuer
        var lines = ["martlet \(Martlet.version) is ready: \(issuer) (listening on \(configuration.host):\(port))"]
        if configuration.metricsPort != 0 {
            lines.append("metrics: http://127.0.0.1:\(configuration.metricsPort)/metrics")
        }
        guard configuration.isDevelopment else { return lines.joined(separator: "\n") }
        // A certificate that the server signed itself is believed by those who are told to.
        let isSelfSigned = configuration.tls == .selfSigned
        let certificate = SelfSignedFolder(configuration.dataFolder).certificate
        let curl = isSelfSigned ? "curl --cacert \(certificate)" : "curl"
        let client = isSelfSigned ? "--ca \(certificate) --server" : "--server"
        lines.append(
            """

            Development mode: http is allowed, mail is written to \(configuration.dataFolder)/mail, links are shown.
            Try, in another terminal:

              \(curl) \(issuer)/.well-known/openid-configuration
              \(program) register \(client) \(issuer) --email ada@example.com --name "Ada Lovelace" --follow-link
              \(program) token \(client) \(issuer)
              \(program) userinfo \(client) \(issuer)

            Stop with Control-C.

            """
        )
        return lines.joined(separator: "\n")
    }
}
