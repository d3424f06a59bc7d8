import Accounts
import Cryptography
import Hummingbird
import JOSE
import Logging
import Metrics
import Pages
import Provider
import ServiceLifecycle
import Social
import Storage
import UnixSignals
import Web

/// The assembled server: everything that `martlet serve` runs.
struct Server {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let stores: Stores
    private let services: [any Service]
    private let readiness: Readiness

    /// How long requests may go on after the server was told to stop.
    private static let drain = Duration.seconds(20)

    /// Opens everything. Throws when a file, a key or the database is not as it must be; nothing is served before.
    init(_ configuration: ServerConfiguration, registry: PrometheusRegistry, logger: Logger) async throws {
        self.configuration = configuration
        self.logger = logger
        let random = SystemRandom()
        let start = SystemClock.now()
        stores = try await Stores.open(
            path: configuration.databasePath,
            options: .init(onCommit: CommitMetrics().record),
            at: start
        )
        let folder = KeyFolder(configuration.keysFolder)
        // Beside the others, so that a start takes no longer for them.
        async let decryption = folder.decryptionKeys(at: start)
        let keys = try await folder.load(random: random, at: start)
        let volatile = VolatileValues(configuration, sealing: keys.sealing, random: random, logger: logger)
        let signing = SigningKeys(keys.signing, rotation: configuration.keyRotation, earlier: try folder.evidence())
        let keeper = KeyKeeper(folder: folder, signing: signing, logger: logger, now: SystemClock.now)
        try keeper.turn()
        var dependencies = Self.dependencies(configuration, stores, volatile, signing, keys.sealing)
        dependencies.decryption = try await decryption
        let provider = try await Provider(
            dependencies,
            startedAt: start,
            hasHistory: stores.hasHistory
        )
        let readiness = Readiness()
        self.readiness = readiness
        let core = Core(
            configuration: configuration,
            stores: stores,
            provider: provider,
            volatile: volatile.store,
            sealing: keys.sealing,
            random: random
        )
        let carrier = try MailCarriers.carrier(for: configuration, logger: logger)
        let checks = Self.checks(of: stores, carrier, signing) + volatile.health
        let door = try Self.door(core, checks, readiness, logger)
        let announcement = Announcement(configuration)
        let tls = try TLSWiring(configuration, random: random, at: start, logger: logger)
        services =
            Self.background(core, registry, carrier, logger) + [tls?.service].compactMap { $0 }
            + [
                Periodically(every: .seconds(5), logger: logger) { try keeper.turn() },
                WebServer.application(
                    door,
                    at: .init(host: configuration.host, port: configuration.port, tls: tls?.context),
                    services: [],
                    logger: logger.quieter,
                    onReady: { port in announcement.make(port: port) }
                ),
                ReadinessService(readiness: readiness),
            ]
    }

    private static func door(
        _ core: Core,
        _ checks: [HealthRoute.Check],
        _ readiness: Readiness,
        _ logger: Logger
    ) throws -> FrontDoor {
        let health = HealthRoute(
            checks: checks,
            version: Martlet.version,
            readiness: readiness,
            now: { .now }
        )
        let faces = try Faces(core, health: health)
        return FrontDoor(
            routes: faces.routes,
            refusals: core.provider.refusals,
            errorPage: faces.errorPage,
            proxies: core.configuration.trustedProxies,
            journal: core.stores.refusals,
            logger: logger,
            processID: Hexadecimal.encode(core.random.bytes(4)),
            now: SystemClock.now
        )
    }

    private static func dependencies(
        _ configuration: ServerConfiguration,
        _ stores: Stores,
        _ volatile: VolatileValues,
        _ signing: SigningKeys,
        _ sealing: SealingKey
    ) -> Dependencies {
        Dependencies(
            settings: configuration.providerSettings,
            stores: .init(
                clients: stores.clients,
                subjects: stores.subjects,
                revocations: stores.revocations,
                replays: stores.replays,
                sessions: CachedSessionStore(stores.sessions, shared: volatile.sharedReads),
                refreshTokens: stores.refreshTokens,
                codes: stores.codes,
                consents: stores.consents,
                resources: stores.resources,
                pushedRequests: stores.pushedRequests
            ),
            documents: ClientDocuments(configuration.outbound),
            keys: signing,
            sealing: sealing,
            random: SystemRandom(),
            now: SystemClock.now
        )
    }

    /// What `/health` looks at in every server.
    private static func checks(
        of stores: Stores,
        _ carrier: OutboundMail,
        _ signing: SigningKeys
    ) -> [HealthRoute.Check] {
        [
            HealthRoute.Check("database") { (try? stores.mails.due(at: SystemClock.now(), limit: 1)) != nil },
            HealthRoute.Check("email_service") { carrier.isHealthy },
            HealthRoute.Check("jwt_signing") { (try? signing.current(.es256, at: SystemClock.now())) != nil },
        ]
    }

    /// What goes on beside the requests.
    private static func background(
        _ core: Core,
        _ registry: PrometheusRegistry,
        _ carrier: OutboundMail,
        _ logger: Logger
    ) -> [any Service] {
        let dispatcher = MailDispatcher(
            queue: core.stores.mails,
            carrier: carrier,
            logger: logger,
            now: SystemClock.now
        )
        let logouts = core.provider.logout.dispatcher(
            of: core.stores.logoutNotices,
            carrier: OutboundLogout(
                client: OutboundCalls.client(core.configuration.outbound, connections: LogoutDispatcher.parallel)
            ),
            logger: logger
        )
        return [
            MetricsListener(registry: registry, port: core.configuration.metricsPort, logger: logger),
            DispatchService(queue: "mail", logger: logger, deliverDue: dispatcher.deliverDue),
            DispatchService(queue: "logout", logger: logger, deliverDue: logouts.deliverDue),
            Periodically(every: .seconds(60), logger: logger) { try await core.stores.sweep(at: SystemClock.now()) },
            StreamKeeper {
                core.watchers.keepAlive()
                core.feed.keepAlive()
            },
        ]
    }

    /// Serves until SIGTERM or SIGINT, then drains, empties the write-ahead log and returns.
    func run() async throws {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let key = AdminKey(random: SystemRandom())
        if try await stores.signUps.fileFirst(key, at: SystemClock.now()) { Announcement.show(key) }
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger.quieter
        )
        group.maximumGracefulShutdownDuration = Self.drain
        do {
            try await ServiceGroup(configuration: group).run()
        } catch  where !readiness.isReady {
            // The drain ran out: what was still open was cut, which is how a stop ends at the latest.
            logger.warning("open requests were cut after \(Self.drain)")
        } catch {
            await stores.database.close()
            guard "\(error)".contains("Address already in use") else { throw error }
            throw ConfigurationError(
                "port \(configuration.port) on \(configuration.host) is taken: end what listens there, or choose another --port"
            )
        }
        await stores.database.close()
        logger.info("stopped")
    }
}

/// Turns readiness off as the first step of a stop.
private struct ReadinessService: Service {
    let readiness: Readiness

    func run() async throws {
        try await gracefulShutdown()
        readiness.end()
    }
}

extension Logger {
    /// For libraries: only what is wrong.
    fileprivate var quieter: Logger {
        var logger = self
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
