/// One setting of the server: the truth from which flags, environment names, the check for unknown keys and the table in the
/// README are made.
struct ConfigurationOption: Sendable {
    /// The name as a flag without its dashes, and as a member of the configuration file.
    let name: String
    /// The value when nobody says anything; for people.
    let standard: String
    let meaning: String
    /// Another environment name, from the self identity server.
    var alias: String?
    /// Better not given as a flag: other users of the machine see the arguments of a process.
    var isSecret = false

    /// The name in the environment and in `.env`.
    var environmentName: String {
        "MARTLET_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// The alias as swift-configuration spells a key (`DATABASE_URL` is `database.url`).
    var aliasKey: String? { alias.map { $0.lowercased().replacing("_", with: ".") } }
}

extension ConfigurationOption {
    static let all: [ConfigurationOption] = [
        .init(
            name: "dev",
            standard: "off",
            meaning: "development: http is allowed, mail goes to `data/mail`, links are shown"
        ),
        .init(name: "host", standard: "127.0.0.1", meaning: "the address to listen on"),
        .init(name: "port", standard: "8080", meaning: "the port to listen on; 0 takes a free one"),
        .init(
            name: "issuer",
            standard: "http://HOST:PORT in development, with TLS https",
            meaning: "the URL that clients know the server by; https outside development"
        ),
        .init(
            name: "trusted-proxies",
            standard: "none",
            meaning: "addresses and networks (`10.0.0.0/8,2001:db8::/32`) whose `X-Forwarded-For` is believed"
        ),
        .init(
            name: "tls",
            standard: "off",
            meaning: "`self-signed`: TLS with a certificate for localhost that is made in `data`; only in development"
        ),
        .init(
            name: "tls-certificate",
            standard: "none",
            meaning: "PEM file of the server's certificate and those that vouch for it: the server speaks TLS itself"
        ),
        .init(
            name: "tls-key",
            standard: "none",
            meaning: "PEM file of the certificate's private key; both files are read again when they change"
        ),
        .init(
            name: "outbound-ca",
            standard: "the system's",
            meaning: "PEM file of the authorities that calls to other servers trust; only in development"
        ),
        .init(
            name: "outbound-allow",
            standard: "none",
            meaning: "private addresses and networks that calls to other servers may reach; only in development"
        ),
        .init(name: "data", standard: "./data", meaning: "the folder of the database"),
        .init(name: "keys", standard: "./keys", meaning: "the folder of the signing keys"),
        .init(
            name: "metrics-port",
            standard: "9464",
            meaning: "the port of `/metrics` on 127.0.0.1; 0 takes a free one"
        ),
        .init(name: "rate-limits", standard: "on", meaning: "`off` only in development"),
        .init(
            name: "challenge-all-clients",
            standard: "off",
            meaning: "whether every client assertion must carry a challenge"
        ),
        .init(
            name: "registration",
            standard: "off; open in development",
            meaning:
                "who may register clients over the network: `off` nobody, `open` everybody, `token` who has the token of the file"
        ),
        .init(
            name: "registration-token-file",
            standard: "none",
            meaning: "a file, for its owner alone, with the initial access token of `--registration token`"
        ),
        .init(
            name: "registration-policy",
            standard: "none",
            meaning:
                "what clients are held to that register over the network: `strict`, each sends a `code_challenge`; `openid-core`, assertions may name the token endpoint as their audience"
        ),
        .init(
            name: "client-documents",
            standard: "off",
            meaning: "whether a client id may be the https address of a document that describes the client"
        ),
        .init(
            name: "implicit-flow",
            standard: "off",
            meaning:
                "whether clients may register the response types `id_token` and `id_token token`: tokens at once, through the browser, where more can be stolen than a code"
        ),
        .init(name: "access-token-lifetime", standard: "3600", meaning: "seconds, 60 to 86400"),
        .init(
            name: "jwks-max-age",
            standard: "300",
            meaning:
                "seconds that `/oauth/jwks` may be cached, 1 to 86400; a new key signs no sooner than this after it is published"
        ),
        .init(
            name: "key-deadline",
            standard: "86400",
            meaning: "seconds after which a new key signs though not everybody has fetched it, 1 to 2592000"
        ),
        .init(
            name: "user-token-lifetime",
            standard: "60",
            meaning: "of the access tokens of `/v1/login`: seconds, 1 to 3600"
        ),
        .init(
            name: "refresh-token-lifetime",
            standard: "7200",
            meaning: "of the refresh tokens of `/v1/login`: seconds, 60 to 7776000"
        ),
        .init(name: "log-level", standard: "info", meaning: "trace, debug, info, notice, warning, error or critical"),
        .init(name: "log-format", standard: "text on a terminal, else json", meaning: "text or json"),
        .init(
            name: "smtp-host",
            standard: "none",
            meaning: "the mail server; needed outside development",
            alias: "SMTP_HOST"
        ),
        .init(name: "smtp-port", standard: "587, or 465 with tls", meaning: "the port of the mail server"),
        .init(name: "smtp-security", standard: "starttls", meaning: "starttls, tls or none"),
        .init(name: "smtp-username", standard: "none", meaning: "for SMTP AUTH", alias: "SMTP_USERNAME"),
        .init(
            name: "smtp-password",
            standard: "none",
            meaning: "for SMTP AUTH",
            alias: "SMTP_PASSWORD",
            isSecret: true
        ),
        .init(name: "smtp-ca-file", standard: "the system's", meaning: "PEM file of the authorities to trust"),
        .init(name: "mail-from", standard: "noreply@HOST of the issuer", meaning: "the sender of all mail"),
        .init(
            name: "database-url",
            standard: "none",
            meaning: "`sqlite:PATH` in place of `data`",
            alias: "DATABASE_URL"
        ),
        .init(
            name: "pages-folder",
            standard: "none",
            meaning: "a folder of templates, words and a stylesheet of your own for the pages: see `docs/theming.md`"
        ),
        .init(
            name: "redis-url",
            standard: "none",
            meaning:
                "`redis://[:PASSWORD@]HOST[:PORT][/DB]`: a cache of sessions and token ids; needs a build with the trait `Redis`",
            alias: "REDIS_URL",
            isSecret: true
        ),
        .init(
            name: "jwt-secret",
            standard: "none",
            meaning: "accepted and not used: tokens are signed with the keys in `keys`",
            alias: "JWT_SECRET",
            isSecret: true
        ),
    ]

    /// The table of the README, in Markdown.
    static var markdown: String {
        let rows = all.map { option in
            let alias = option.alias.map { " or `\($0)`" } ?? ""
            return
                "| `--\(option.name)` | `\(option.environmentName)`\(alias) | \(option.standard) | \(option.meaning) |"
        }
        return (["| flag | environment | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
