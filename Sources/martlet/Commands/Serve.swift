import ArgumentParser
import Logging
import Metrics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `martlet serve`: the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            To try things:   martlet serve --dev
            For real:        martlet serve --issuer https://id.example.com --smtp-host mail.example.com
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        try await CommandFailure.explained {
            let sources = try await options.sources()
            let configuration = try ServerConfiguration(sources)
            let registry = PrometheusRegistry(help: MetricDescriptions.all)
            MetricsSystem.bootstrap(registry)
            let logs = try LogSettings(sources)
            let writer = LogWriter(to: STDERR_FILENO, format: logs.format)
            LoggingSystem.bootstrap { label in ConsoleLogHandler(label: label, level: logs.level, writer: writer) }
            Process.prepare()
            defer { writer.flush() }
            try await Server(configuration, registry: registry, logger: Logger(label: "martlet")).run()
        }
    }
}

/// What is said in the log, and how.
struct LogSettings {
    let level: Logger.Level
    let format: LogFormat

    /// Throws `ConfigurationError` for a level or format that does not exist.
    init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        let name = sources.text("log-level")?.lowercased() ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            throw ConfigurationError("--log-level must be trace, debug, info, notice, warning, error or critical")
        }
        self.level = level
        switch sources.text("log-format")?.lowercased() {
        case nil: format = Terminal.hasPerson ? .text : .json
        case "text": format = .text
        case "json": format = .json
        default: throw ConfigurationError("--log-format must be text or json")
        }
    }
}

/// What the process asks of the system before it serves.
private enum Process {
    /// New files are private, no memory is written to disk in a crash, and as many connections as the system allows.
    static func prepare() {
        umask(0o077)
        var core = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
        var files = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
            files.rlim_cur = files.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
        signal(SIGPIPE, SIG_IGN)
    }
}

/// What `/metrics` says of each metric.
enum MetricDescriptions {
    static let all: [String: String] = [
        "martlet_http_requests_total": "Requests by endpoint and status.",
        "martlet_http_request_duration_seconds": "Time from the head of a request to its reply, by endpoint.",
        "martlet_tokens_granted_total": "Tokens issued, by grant.",
        "martlet_client_authentication_failures_total": "Failed client authentications, by the check that failed.",
        "martlet_verifications_asked_total": "Verification mails asked for.",
        "martlet_verifications_done_total": "Verification links followed.",
        "martlet_registrations_total": "Accounts registered.",
        "martlet_mails_total": "Mails, by what became of them.",
        "martlet_database_commits_total": "Commits of the database.",
        "martlet_database_writes_total": "Writes that those commits made durable.",
        "martlet_database_writes_per_commit": "Writes that shared one commit.",
        "martlet_database_commit_duration_seconds": "Time that a commit took.",
    ]
}
