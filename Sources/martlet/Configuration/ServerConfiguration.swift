import Logging
import Outbound
import Pages
import Provider
import Web

/// The settings of a server, read once and found possible.
struct ServerConfiguration: Sendable {
    let isDevelopment: Bool
    let host: String
    let port: Int
    let tls: TLSSetting
    let issuer: String
    let trustedProxies: TrustedProxies
    let outbound: OutboundSetting
    let dataFolder: String
    let databasePath: String
    let keysFolder: String
    let metricsPort: Int
    let limitsRates: Bool
    let challengesAllClients: Bool
    /// Who may register clients over the network.
    let registration: RegistrationPolicy
    /// What they are held to.
    let registeredPolicy: ClientPolicy
    let takesClientDocuments: Bool
    let servesImplicitFlow: Bool
    /// Seconds.
    let accessTokenLifetime: Int
    let keyRotation: KeyRotation
    let userTokens: UserTokens
    let smtp: SMTPSettings?
    let mailFrom: String
    /// How pages look and speak.
    let pages: PagesFolder
    /// nil when there is none.
    let redis: RedisSetting?
    /// What the operator should know though it stops nothing.
    let warnings: [String]

    /// Throws `ConfigurationError` with the first setting that does not work.
    init(_ sources: ConfigurationSources) throws {
        isDevelopment = try sources.isOn("dev") ?? false
        host = sources.text("host") ?? "127.0.0.1"
        port = try sources.number("port", in: 0...65_535) ?? 8080
        metricsPort = try sources.number("metrics-port", in: 0...65_535) ?? 9464
        keysFolder = sources.text("keys") ?? "./keys"
        dataFolder = sources.text("data") ?? DatabasePath.standardFolder
        databasePath = try DatabasePath(sources).path
        limitsRates = try sources.isOn("rate-limits") ?? true
        if !limitsRates && !isDevelopment {
            throw ConfigurationError("--rate-limits off is only for development: take it away, or add --dev")
        }
        challengesAllClients = try sources.isOn("challenge-all-clients") ?? false
        registration = try RegistrationSetting.policy(sources, isDevelopment: isDevelopment)
        registeredPolicy = try RegistrationSetting.clientPolicy(sources)
        takesClientDocuments = try sources.isOn("client-documents") ?? false
        servesImplicitFlow = try sources.isOn("implicit-flow") ?? false
        accessTokenLifetime = try Self.accessTokenLifetime(sources)
        keyRotation = try Self.keyRotation(sources)
        userTokens = UserTokens(
            accessLifetime: Int64(try sources.number("user-token-lifetime", in: 1...3600) ?? 60),
            refreshLifetime: Int64(try sources.number("refresh-token-lifetime", in: 60...7_776_000) ?? 7200)
        )
        tls = try TLSSetting(sources, isDevelopment: isDevelopment)
        issuer = try Self.issuer(sources, isDevelopment: isDevelopment, tls: tls, host: host, port: port)
        trustedProxies = TrustedProxies(try sources.networks("trusted-proxies"))
        outbound = try OutboundSetting(sources, isDevelopment: isDevelopment)
        mailFrom = sources.text("mail-from") ?? "noreply@\(Self.host(of: issuer) ?? "localhost")"
        smtp = try Self.smtp(sources, sender: mailFrom)
        redis = try RedisSetting(sources)
        pages = try PagesFolder(sources)
        warnings = Self.warnings(sources, isDevelopment: isDevelopment, tls: tls, host: host, keysFolder: keysFolder)
        if smtp == nil && !isDevelopment {
            throw ConfigurationError(
                "mail has no way out: set --smtp-host (and its port, user and password), or add --dev"
            )
        }
    }

    private static func warnings(
        _ sources: ConfigurationSources,
        isDevelopment: Bool,
        tls: TLSSetting,
        host: String,
        keysFolder: String
    ) -> [String] {
        var warnings: [String] = []
        if sources.text("jwt-secret") != nil {
            warnings.append("JWT_SECRET is not used: tokens are signed with the keys in \(keysFolder)")
        }
        let isRemote = host.lowercased() != "localhost" && NetworkAddress(host)?.isLoopback != true
        if isRemote && isDevelopment {
            warnings.append(
                "--dev on \(host): verification links are shown to anyone who asks; leave --dev out, or take --host 127.0.0.1"
            )
        } else if isRemote && tls == .off {
            warnings.append("\(host) is reached by plain HTTP: TLS must end in front of it")
        }
        return warnings
    }

    /// Seconds.
    static func accessTokenLifetime(_ sources: ConfigurationSources) throws(ConfigurationError) -> Int {
        try sources.number("access-token-lifetime", in: 60...86_400) ?? 3600
    }

    /// When keys change hands, given how long tokens live.
    static func keyRotation(_ sources: ConfigurationSources) throws(ConfigurationError) -> KeyRotation {
        var settings = Settings(issuer: "")
        settings.accessTokenLifetime = Int64(try accessTokenLifetime(sources))
        return KeyRotation(
            tokenLifetime: settings.longestTokenLifetime,
            lead: Int64(try sources.number("jwks-max-age", in: 1...86_400) ?? 300),
            deadline: Int64(try sources.number("key-deadline", in: 1...2_592_000) ?? 86_400)
        )
    }

    private static func issuer(
        _ sources: ConfigurationSources,
        isDevelopment: Bool,
        tls: TLSSetting,
        host: String,
        port: Int
    ) throws(ConfigurationError) -> String {
        guard let text = sources.text("issuer") else {
            if isDevelopment && port != 0 {
                let name = tls == .selfSigned ? "localhost" : host.contains(":") ? "[\(host)]" : host
                return "\(tls.scheme)://\(name):\(port)"
            }
            if isDevelopment {
                throw ConfigurationError(
                    "--port 0 needs --issuer: nobody knows beforehand which port it takes, and clients know the server by its URL"
                )
            }
            throw ConfigurationError("--issuer is missing: the https URL that clients know this server by")
        }
        let isAllowed = text.hasPrefix("https://") || (isDevelopment && text.hasPrefix("http://"))
        guard isAllowed else {
            throw ConfigurationError("--issuer must be an https URL outside development, not \(text.quoted)")
        }
        guard Self.host(of: text) != nil, !text.contains("?"), !text.contains("#"), !text.hasSuffix("/"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        else {
            throw ConfigurationError("--issuer must have a host, and no query, fragment or final slash: \(text.quoted)")
        }
        return text
    }

    private static func host(of url: String) -> String? {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        let authority = url[start...].prefix { $0 != "/" }
        let host = authority.hasPrefix("[") ? authority : authority.prefix { $0 != ":" }
        return host.isEmpty || authority.contains("@") ? nil : String(host)
    }

    private static func smtp(_ sources: ConfigurationSources, sender: String) throws(ConfigurationError)
        -> SMTPSettings?
    {
        guard let host = sources.text("smtp-host") else { return nil }
        let name = sources.text("smtp-security")?.lowercased() ?? "starttls"
        guard let security = SMTPSettings.Security.allCases.first(where: { $0.rawValue.lowercased() == name }) else {
            throw ConfigurationError("--smtp-security must be starttls, tls or none, not \(name.quoted)")
        }
        let port = try sources.number("smtp-port", in: 1...65_535) ?? (security == .tls ? 465 : 587)
        return SMTPSettings(
            host: host,
            port: port,
            username: sources.text("smtp-username"),
            password: sources.text("smtp-password"),
            security: security,
            sender: sender,
            senderName: nil,
            caFile: sources.text("smtp-ca-file")
        )
    }
}

extension ServerConfiguration {
    /// The host of the issuer: a name, or an address without brackets.
    var issuerHost: String? {
        guard let host = Self.host(of: issuer), host.hasPrefix("[") else { return Self.host(of: issuer) }
        return String(host.dropFirst().prefix { $0 != "]" })
    }

    /// The settings of the protocol.
    var providerSettings: Settings {
        var settings = Settings(issuer: issuer)
        settings.accessTokenLifetime = Int64(accessTokenLifetime)
        settings.limitsRates = limitsRates
        settings.challengesAllClients = challengesAllClients
        settings.registration = registration
        settings.registeredPolicy = registeredPolicy
        settings.takesClientDocuments = takesClientDocuments
        settings.servesImplicitFlow = servesImplicitFlow
        settings.interfaceLanguages = pages.theme.catalogues.languages
        return settings
    }
}

/// Where the database lies: `DATABASE_URL`, else in the data folder.
struct DatabasePath {
    static let standardFolder = "./data"
    let path: String

    /// Throws `ConfigurationError` for a URL of another database.
    init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        guard let url = sources.text("database-url") else {
            path = (sources.text("data") ?? Self.standardFolder) + "/martlet.db"
            return
        }
        let rest = url.dropFirst("sqlite:".count)
        path = String(rest.hasPrefix("//") ? rest.dropFirst(2) : rest)
        guard url.hasPrefix("sqlite:"), !path.isEmpty else {
            throw ConfigurationError("DATABASE_URL must be sqlite:PATH; other databases are not supported yet")
        }
    }
}
