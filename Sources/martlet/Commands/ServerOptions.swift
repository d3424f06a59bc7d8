import ArgumentParser
import FoundationEssentials

/// The settings of a server as flags. Each is also read from the environment, `.env` and a configuration file.
struct ServerOptions: ParsableArguments {
    @Flag(help: "Development: allow http, write mail to a folder, show links.")
    var dev = false
    @Option(help: "The address to listen on.")
    var host: String?
    @Option(name: .shortAndLong, help: "The port to listen on.")
    var port: String?
    @Option(help: "The URL that clients know the server by.")
    var issuer: String?
    @Option(help: "Addresses and networks, separated by commas, whose X-Forwarded-For is believed.")
    var trustedProxies: String?
    @Option(help: "off, or self-signed: TLS with a certificate for localhost; only with --dev.")
    var tls: String?
    @Option(help: "The PEM file of the certificate, and of those that vouch for it.")
    var tlsCertificate: String?
    @Option(help: "The PEM file of the certificate's private key.")
    var tlsKey: String?
    @Option(help: "The PEM file of the authorities that calls to other servers trust; only with --dev.")
    var outboundCa: String?
    @Option(help: "Private addresses and networks that calls to other servers may reach; only with --dev.")
    var outboundAllow: String?
    @OptionGroup var folders: FolderOptions
    @Option(help: "The port of /metrics on 127.0.0.1.")
    var metricsPort: String?
    @Option(help: "on or off; off only with --dev.")
    var rateLimits: String?
    @Option(help: "Whether every client assertion must carry a challenge: on or off.")
    var challengeAllClients: String?
    @Option(help: "Who may register clients over the network: off, open or token.")
    var registration: String?
    @Option(help: "A file with the initial access token of --registration token.")
    var registrationTokenFile: String?
    @Option(help: "What clients are held to that register over the network: none, strict or openid-core.")
    var registrationPolicy: String?
    @Option(help: "Whether a client id may be the address of a document that describes the client: on or off.")
    var clientDocuments: String?
    @Option(help: "Whether clients may ask for tokens at once, through the browser: on or off.")
    var implicitFlow: String?
    @Option(help: "Seconds that an access token lives.")
    var accessTokenLifetime: String?
    @Option(help: "Seconds that the key set may be cached.")
    var jwksMaxAge: String?
    @Option(help: "Seconds after which a new key signs though not everybody has fetched it.")
    var keyDeadline: String?
    @Option(help: "Seconds that an access token of /v1/login lives.")
    var userTokenLifetime: String?
    @Option(help: "Seconds that a refresh token of /v1/login lives.")
    var refreshTokenLifetime: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?
    @Option(help: "text or json.")
    var logFormat: String?
    @Option(help: "The mail server.")
    var smtpHost: String?
    @Option(help: "The port of the mail server.")
    var smtpPort: String?
    @Option(help: "starttls, tls or none.")
    var smtpSecurity: String?
    @Option(help: "The user name for SMTP AUTH.")
    var smtpUsername: String?
    @Option(help: "The password for SMTP AUTH; better in MARTLET_SMTP_PASSWORD, where other users cannot see it.")
    var smtpPassword: String?
    @Option(help: "redis://HOST[:PORT][/DB]; one with a password better in REDIS_URL, where other users cannot see it.")
    var redisUrl: String?
    @Option(help: .hidden)
    var jwtSecret: String?
    @Option(help: "A PEM file of the authorities to trust for SMTP.")
    var smtpCaFile: String?
    @Option(help: "A folder of templates, words and a stylesheet of your own for the pages.")
    var pagesFolder: String?
    @Option(help: "The sender of all mail.")
    var mailFrom: String?

    /// The settings from all sources. Throws `ConfigurationError`.
    func sources() async throws -> ConfigurationSources {
        let flags: [String: String?] = [
            "dev": dev ? "on" : nil, "host": host, "port": port, "issuer": issuer,
            "tls": tls, "tls-certificate": tlsCertificate, "tls-key": tlsKey,
            "outbound-ca": outboundCa, "outbound-allow": outboundAllow,
            "trusted-proxies": trustedProxies, "metrics-port": metricsPort,
            "rate-limits": rateLimits, "challenge-all-clients": challengeAllClients,
            "jwks-max-age": jwksMaxAge, "key-deadline": keyDeadline,
            "registration": registration, "registration-token-file": registrationTokenFile,
            "registration-policy": registrationPolicy, "client-documents": clientDocuments,
            "implicit-flow": implicitFlow,
            "access-token-lifetime": accessTokenLifetime, "user-token-lifetime": userTokenLifetime,
            "refresh-token-lifetime": refreshTokenLifetime, "log-level": logLevel, "log-format": logFormat,
            "smtp-host": smtpHost, "smtp-port": smtpPort, "smtp-security": smtpSecurity,
            "smtp-username": smtpUsername, "smtp-password": smtpPassword, "jwt-secret": jwtSecret,
            "redis-url": redisUrl, "pages-folder": pagesFolder,
            "smtp-ca-file": smtpCaFile, "mail-from": mailFrom,
        ]
        return try await folders.sources(with: flags.compactMapValues { $0 })
    }
}

/// Where a server keeps its things: what the administration commands need to know.
struct FolderOptions: ParsableArguments {
    @Option(help: "The folder of the database.")
    var data: String?
    @Option(help: "The folder of the signing keys.")
    var keys: String?
    @Option(help: "sqlite:PATH in place of --data.")
    var databaseUrl: String?
    @Option(help: "A JSON file of settings.")
    var config: String?

    /// The settings from all sources, these flags and `flags` first. Throws `ConfigurationError`.
    func sources(with flags: [String: String] = [:]) async throws -> ConfigurationSources {
        var flags = flags
        flags["data"] = data
        flags["keys"] = keys
        flags["database-url"] = databaseUrl
        let environment = ProcessInfo.processInfo.environment
        return try await ConfigurationSources(
            flags: flags,
            file: config ?? environment["MARTLET_CONFIG"],
            environment: environment
        )
    }
}
