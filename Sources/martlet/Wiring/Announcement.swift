/// What a person at a terminal is told once the server is ready.
struct Announcement: Sendable {
    private let configuration: ServerConfiguration

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// Prints where the server is and, in development, what to try next.
    func make(port: Int) {
        let issuer = configuration.issuer
        print("martlet \(Martlet.version) is ready: \(issuer) (listening on \(configuration.host):\(port))")
        if configuration.metricsPort != 0 { print("metrics: http://127.0.0.1:\(configuration.metricsPort)/metrics") }
        guard configuration.isDevelopment else { return Terminal.flush() }
        print(
            """

            Development mode: http is allowed, mail is written to \(configuration.dataFolder)/mail, links are shown.
            Try, in another terminal:

              curl \(issuer)/.well-known/openid-configuration
              martlet register --server \(issuer) --email ada@example.com --name "Ada Lovelace" --follow-link
              martlet token --server \(issuer)
              martlet userinfo --server \(issuer)

            Stop with Control-C.

            """
        )
        Terminal.flush()
    }
}
