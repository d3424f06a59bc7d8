import JOSE
import Storage
import Accounts
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Pages
import Provider
import TestSupport

@testable import Web

/// Every route of the self identity server, mounted as the real server mounts them, over a real provider and database.
struct TestServer: Sendable {
    let provider: TestProvider
    let journal = RecordingJournal()
    let log = RecordingLog()
    let readiness = Readiness()
    let routes: [Route]
    let door: FrontDoor

    /// What a test may want otherwise.
    struct Parts: Sendable {
        /// The authorization server; the provider's own unless said.
        var core: Provider?
        /// The provider's own unless said.
        var registration: Registration?
        var isDevelopment = false
        var checks = [HealthRoute.Check("database") { true }]
        /// Mounted beside the others.
        var routes: [Route] = []
    }

    init(over provider: TestProvider, _ parts: Parts = Parts()) throws {
        self.provider = provider
        let core = parts.core ?? provider.provider
        let registration = parts.registration ?? provider.registration
        let desk = FrontDesk(
            renderer: PageRenderer(base: core.settings.basePath),
            cookies: try SessionCookies { name in
                try SessionCookie(
                    "\(name)",
                    key: [UInt8](repeating: 5, count: 32),
                    random: provider.random,
                    now: provider.clock.now
                )
            },
            forms: FormTokens(key: [UInt8](repeating: 6, count: 32), random: provider.random),
            accounts: provider.accounts,
            provider: core
        )
        let start = ContinuousClock.now
        let health = HealthRoute(checks: parts.checks, version: "1.2.3", readiness: readiness, now: { start })
        routes =
            ProviderRoutes.all(of: core)
            + RegistrationRoutes(
                registration: registration,
                watchers: provider.watchers,
                provider: core,
                isDevelopment: parts.isDevelopment
            ).routes
            + (try Self.screens(provider, core, registration, desk).routes)
            + [health.route(refusals: core.refusals)] + parts.routes
        door = FrontDoor(
            routes: routes,
            refusals: core.refusals,
            errorPage: desk.reply(to:for:),
            journal: journal,
            logger: log.logger,
            processID: "p1",
            now: provider.clock.now
        )
    }

    /// A server on a new database.
    init(issuer: String = TestProvider.issuer, _ parts: Parts = Parts()) async throws {
        try self.init(over: try await TestProvider(issuer: issuer), parts)
    }

    /// The application of the real server on a free port.
    func application(_ deadlines: ConnectionDeadlines = ConnectionDeadlines()) -> Application<FrontDoor> {
        WebServer.application(
            door,
            at: WebServer.Listener(host: "127.0.0.1", port: 0, deadlines: deadlines),
            services: [],
            logger: log.logger,
            onReady: { _ in }
        )
    }

    /// Sends a request through the front door, without a socket; the caller has no address.
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: TestBody = .none,
        _ fields: HTTPFields = [:]
    ) async throws -> TestReply {
        let type = body.contentType.map { HTTPField(name: .contentType, value: $0) }
        let fields = HTTPFields(Array(fields) + [type].compactMap { $0 })
        let buffer = body.bytes.isEmpty ? nil : ByteBuffer(bytes: body.bytes)
        return try await application().test(.router) { client in
            try await client.execute(uri: path, method: method, headers: fields, body: buffer) { response in
                TestReply(
                    Reply(response.status, fields: response.headers, body: Array(response.body.readableBytesView))
                )
            }
        }
    }

    /// Runs `body` with the port of the server, which listens while it runs.
    func live<Result: Sendable>(
        _ deadlines: ConnectionDeadlines = ConnectionDeadlines(),
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        try await application(deadlines).test(.live) { client in try await body(client.port!) }
    }

    /// The mails that wait to be sent.
    func mails() async throws -> [Mail] {
        try provider.stores.mails.due(at: provider.clock.now(), limit: 100).map(\.mail)
    }

    /// Asks for a verification of `email` over HTTP. Gives the token of the mail and the one of the asker.
    func ask(_ email: String) async throws -> (token: String, registrationToken: String) {
        let before = Set(try await mails().map(\.id))
        let reply = try await call(.post, "/api/send-verification", .json(["email": .string(email)]))
        let mail = try await mails().first { !before.contains($0.id) }
        let link = mail?.body.split(separator: "/").last ?? ""
        return (String(link.prefix(36)), reply["registration_token"] ?? "")
    }
}

extension TestReply {
    var requestID: String? { field("X-Request-Id") }
    var text: String { String(decoding: body, as: UTF8.self) }
}
