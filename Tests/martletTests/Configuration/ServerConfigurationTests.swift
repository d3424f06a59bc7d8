import Logging
import Outbound
import Provider
import Testing

@testable import martlet

struct ServerConfigurationTests {
    private static let production = ["issuer": "https://id.example.org", "smtp-host": "mail.example.org"]

    private static func configuration(_ flags: [String: String]) async throws -> ServerConfiguration {
        try ServerConfiguration(await ConfigurationSourcesTests.sources(flags: flags))
    }

    /// Settings that cannot be served with, and what is said.
    struct Impossible: Sendable, CustomTestStringConvertible {
        let flags: [String: String]
        let sentence: String
        var testDescription: String { sentence }

        /// A server that would start but for these changes.
        init(_ changes: [String: String], _ sentence: String, without: String? = nil) {
            var flags = ServerConfigurationTests.production.merging(changes) { $1 }
            if let without { flags[without] = nil }
            (self.flags, self.sentence) = (flags, sentence)
        }
    }

    private static func issuer(_ text: String) -> Impossible {
        Impossible(
            ["issuer": text],
            "--issuer must have a host, and no query, fragment or final slash: \"\(text)\""
        )
    }

    private static func scheme(_ text: String) -> Impossible {
        Impossible(["issuer": text], "--issuer must be an https URL outside development, not \"\(text)\"")
    }

    static let impossible: [Impossible] = [
        Impossible([:], "--issuer is missing: the https URL that clients know this server by", without: "issuer"),
        Impossible(
            ["dev": "on", "port": "0"],
            "--port 0 needs --issuer: nobody knows beforehand which port it takes, and clients know the server by its URL",
            without: "issuer"
        ),
        scheme("http://id.example.org"), scheme("id.example.org"), scheme("HTTPS://id.example.org"), scheme("ftp://x"),
        issuer("https://"), issuer("https:///x"), issuer("https://id.example.org/"),
        issuer("https://id.example.org/a/"),
        issuer("https://id.example.org?x"), issuer("https://id.example.org/#x"), issuer("https://a@id.example.org"),
        issuer("https://id.example.org/a b"), issuer("https://id.example.org/\""), issuer("https://id.example.org/\\x"),
        issuer("https://idé.example.org"), issuer("https://:8080"),
        Impossible(
            [:],
            "mail has no way out: set --smtp-host (and its port, user and password), or add --dev",
            without: "smtp-host"
        ),
        Impossible(
            ["rate-limits": "off"],
            "--rate-limits off is only for development: take it away, or add --dev"
        ),
        Impossible(["rate-limits": "some"], "--rate-limits must be on or off, not \"some\""),
        Impossible(["challenge-all-clients": "x"], "--challenge-all-clients must be on or off, not \"x\""),
        Impossible(["dev": "perhaps"], "--dev must be on or off, not \"perhaps\""),
        Impossible(["port": "65536"], "--port must be a number from 0 to 65535, not \"65536\""),
        Impossible(["port": "http"], "--port must be a number from 0 to 65535, not \"http\""),
        Impossible(["metrics-port": "-1"], "--metrics-port must be a number from 0 to 65535, not \"-1\""),
        Impossible(["smtp-port": "0"], "--smtp-port must be a number from 1 to 65535, not \"0\""),
        Impossible(["smtp-security": "ssl"], "--smtp-security must be starttls, tls or none, not \"ssl\""),
        Impossible(
            ["access-token-lifetime": "59"],
            "--access-token-lifetime must be a number from 60 to 86400, not \"59\""
        ),
        Impossible(
            ["access-token-lifetime": "86401"],
            "--access-token-lifetime must be a number from 60 to 86400, not \"86401\""
        ),
        Impossible(
            ["database-url": "postgres://x/y"],
            "DATABASE_URL must be sqlite:PATH; other databases are not supported yet"
        ),
        Impossible(
            ["database-url": "sqlite:"],
            "DATABASE_URL must be sqlite:PATH; other databases are not supported yet"
        ),
        Impossible(
            ["database-url": "sqlite://"],
            "DATABASE_URL must be sqlite:PATH; other databases are not supported yet"
        ),
    ]

    @Test(arguments: impossible)
    func `an impossible setting stops the start with its sentence`(impossible: Impossible) async throws {
        let thrown = await #expect(throws: ConfigurationError.self) {
            _ = try await Self.configuration(impossible.flags)
        }
        #expect(thrown?.description == impossible.sentence)
    }

    @Test func `the settings of the control start`() async throws {
        let configuration = try await Self.configuration(Self.production)
        #expect(!configuration.isDevelopment)
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 8080)
        #expect(configuration.metricsPort == 9464)
        #expect(configuration.limitsRates)
        #expect(!configuration.challengesAllClients)
        #expect(configuration.accessTokenLifetime == 3600)
        #expect(configuration.databasePath == "./data/martlet.db")
        #expect(configuration.keysFolder == "./keys")
        #expect(configuration.mailFrom == "noreply@id.example.org")
        #expect(configuration.smtp?.port == 587)
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.providerSettings.issuer == "https://id.example.org")
    }

    @Test(arguments: [
        (["dev": "on"], "http://127.0.0.1:8080"), (["dev": "on", "port": "9000"], "http://127.0.0.1:9000"),
        (["dev": "on", "host": "::1"], "http://[::1]:8080"),
        (["dev": "on", "issuer": "http://id.test"], "http://id.test"),
        (["dev": "on", "port": "0", "issuer": "http://id.test:1/a"], "http://id.test:1/a"),
    ])
    func `development needs neither an issuer nor mail`(flags: [String: String], issuer: String) async throws {
        let configuration = try await Self.configuration(flags)
        #expect(configuration.issuer == issuer)
        #expect(configuration.smtp == nil)
    }

    @Test func `what is given is kept`() async throws {
        let configuration = try await Self.configuration([
            "dev": "on", "rate-limits": "off", "challenge-all-clients": "on", "access-token-lifetime": "60",
            "smtp-host": "mail.test", "smtp-security": "TLS", "smtp-username": "u", "smtp-password": "p",
            "smtp-ca-file": "/ca.pem", "mail-from": "a@b.test", "data": "/d", "keys": "/k", "metrics-port": "0",
        ])
        let settings = configuration.providerSettings
        #expect(!settings.limitsRates)
        #expect(settings.challengesAllClients)
        #expect(settings.accessTokenLifetime == 60)
        #expect(configuration.smtp?.port == 465)
        #expect(configuration.smtp?.security == .tls)
        #expect(configuration.smtp?.username == "u")
        #expect(configuration.smtp?.password == "p")
        #expect(configuration.smtp?.caFile == "/ca.pem")
        #expect(configuration.smtp?.sender == "a@b.test")
        #expect(configuration.databasePath == "/d/martlet.db")
        #expect(configuration.keysFolder == "/k")
        #expect(configuration.metricsPort == 0)
    }

    @Test func `the seed's secret for tokens is taken with a warning that does not show it`() async throws {
        let sources = try await ConfigurationSourcesTests.sources(
            flags: Self.production,
            environment: ["JWT_SECRET": "hunter2"]
        )
        let warnings = try ServerConfiguration(sources).warnings
        #expect(warnings == ["JWT_SECRET is not used: tokens are signed with the keys in ./keys"])
    }

    @Test(arguments: [
        ("sqlite:a.db", "a.db"), ("sqlite:/var/a.db", "/var/a.db"), ("sqlite:///var/a.db", "/var/a.db"),
        ("sqlite://a.db", "a.db"),
    ])
    func `DATABASE_URL says where the database lies`(url: String, path: String) async throws {
        let sources = try await ConfigurationSourcesTests.sources(
            flags: ["data": "/elsewhere"],
            environment: ["DATABASE_URL": url]
        )
        #expect(try DatabasePath(sources).path == path)
    }

    @Test(arguments: [
        ("trace", Logger.Level.trace), ("DEBUG", .debug), ("info", .info), ("notice", .notice), ("warning", .warning),
        ("error", .error), ("critical", .critical),
    ])
    func `the level of the log is one of swift-log's`(text: String, level: Logger.Level) async throws {
        let sources = try await ConfigurationSourcesTests.sources(flags: ["log-level": text, "log-format": "json"])
        let settings = try LogSettings(sources)
        #expect(settings.level == level)
        #expect(settings.format == .json)
    }

    @Test(arguments: [
        (["log-level": "loud"], "--log-level must be trace, debug, info, notice, warning, error or critical"),
        (["log-format": "xml"], "--log-format must be text or json"),
    ])
    func `a log that does not exist is refused`(flags: [String: String], sentence: String) async throws {
        let sources = try await ConfigurationSourcesTests.sources(flags: flags)
        let thrown = #expect(throws: ConfigurationError.self) { try LogSettings(sources) }
        #expect(thrown?.description == sentence)
    }
}
