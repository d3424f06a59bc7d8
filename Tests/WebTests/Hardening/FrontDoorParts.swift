import Hummingbird
import HummingbirdTesting
import JOSE
import Logging
import Provider
import TestSupport

@testable import Web

extension FrontDoor {
    /// A front door without proxies before it.
    init(
        routes: [Route],
        journal: any RefusalJournal,
        logger: Logger,
        processID: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            routes: routes,
            refusals: Refusals(settings: Settings(issuer: TestProvider.issuer)),
            journal: journal,
            logger: logger,
            processID: processID,
            now: now
        )
    }
}

extension TestServer {
    /// Runs `body` with the port of a server that believes `proxies`, over the same routes.
    func live(behind proxies: TrustedProxies, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let door = FrontDoor(
            routes: routes,
            refusals: provider.provider.refusals,
            proxies: proxies,
            journal: journal,
            logger: log.logger,
            processID: "p1",
            now: provider.clock.now
        )
        let application = WebServer.application(
            door,
            at: WebServer.Listener(host: "127.0.0.1", port: 0),
            services: [],
            logger: log.logger,
            onReady: { _ in }
        )
        try await application.test(.live) { client in try await body(client.port!) }
    }
}
