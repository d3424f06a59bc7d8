package import Accounts
import Cryptography
package import HTTPTypes
import JOSE
package import Logging
import OAuth
package import Provider
package import Storage

/// The real provider over a real database in a folder of its own; only time and randomness are the test's.
package struct TestProvider: Sendable {
    package static let issuer = "https://id.example.org"

    package let clock: MovableClock
    package let random: SeededRandom
    package let folder: ScratchFolder
    package let stores: Stores
    package let dependencies: Dependencies
    package let provider: Provider
    /// What lies at the addresses that clients name.
    package let documents: TestDocuments
    package let watchers = VerificationWatchers()
    package let registration: Registration

    /// A new server on a new database. `change` is what the operator decided.
    /// `decryption` is what others may encrypt for it.
    package init(
        issuer: String = Self.issuer,
        decryption: DecryptionKeys = DecryptionKeys([]),
        _ change: (inout Settings) -> Void = { _ in }
    ) async throws {
        var settings = Settings(issuer: issuer)
        change(&settings)
        let clock = MovableClock()
        try await self.init(
            settings,
            folder: ScratchFolder(),
            clock: clock,
            keys: (
                SigningKeys(
                    [SigningKey(TestKey.known().privateKey, algorithm: .es256, createdAt: clock.now() - 86_400)],
                    rotation: KeyRotation(tokenLifetime: settings.longestTokenLifetime)
                ), decryption
            ),
            seed: 1
        )
    }

    private init(
        _ settings: Settings,
        folder: ScratchFolder,
        clock: MovableClock,
        keys: (signing: SigningKeys, decryption: DecryptionKeys),
        seed: UInt64
    ) async throws {
        let random = SeededRandom(seed: seed)
        let start = clock.now()
        documents = TestDocuments()
        stores = try await Stores.open(path: folder.path("martlet.db"), options: .patient, at: start)
        var dependencies = Dependencies(
            settings: settings,
            stores: .init(
                clients: stores.clients,
                subjects: stores.subjects,
                revocations: stores.revocations,
                replays: stores.replays,
                sessions: CachedSessionStore(stores.sessions),
                refreshTokens: stores.refreshTokens,
                codes: stores.codes,
                consents: stores.consents,
                resources: stores.resources,
                pushedRequests: stores.pushedRequests
            ),
            documents: documents,
            keys: keys.signing,
            sealing: SealingKey([UInt8](repeating: 7, count: 32)),
            random: random,
            now: clock.now
        )
        dependencies.decryption = keys.decryption
        self.dependencies = dependencies
        provider = try await Provider(dependencies, startedAt: start, hasHistory: stores.hasHistory)
        var limits = RegistrationSettings(baseURL: settings.issuer)
        limits.registrationsPerAddress = nil
        registration = Registration(
            store: stores.registrations,
            settings: limits,
            watchers: watchers,
            random: random,
            now: clock.now
        )
        (self.folder, self.clock, self.random) = (folder, clock, random)
    }

    /// The server that is started over the same database and keys `seconds` later. The old one is of no more use.
    package func restarted(after seconds: Int64 = 1) async throws -> TestProvider {
        await stores.database.close()
        clock.advance(by: seconds)
        return try await TestProvider(
            dependencies.settings,
            folder: folder,
            clock: clock,
            keys: (dependencies.keys, dependencies.decryption),
            seed: UInt64(bitPattern: clock.now().milliseconds)
        )
    }

    package var registrations: any RegistrationStore { stores.registrations }
    package var accounts: any AccountStore { stores.accounts }
    package var mails: any MailQueue { stores.mails }

    /// A logger that keeps nothing.
    package var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// Closes the database, as a disk that is gone would.
    package func stop() async {
        await stores.database.close()
    }

    /// Calls an endpoint or reads a document as the web server would: found by method and path (both below the host's
    /// root), and what it throws turned into its reply. An unknown route is 404.
    package func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: TestBody = .none,
        headers: HTTPFields = [:],
        from address: String = "192.0.2.1"
    ) async -> TestReply {
        let (route, query) = Self.split(path)
        var fields = headers
        if let type = body.contentType { fields[.contentType] = type }
        let base = provider.settings.basePath
        let segments = PathPattern.segments(of: route)
        let found = provider.endpoints.lazy.filter { $0.method == method }.compactMap { endpoint in
            PathPattern(base + endpoint.path).values(in: segments).map { (endpoint: endpoint, values: $0) }
        }.first
        let request = EndpointRequest(
            path: route,
            pathValues: found?.values ?? [:],
            query: query,
            fields: fields,
            body: body.bytes,
            clientAddress: address
        )
        if method == .get, let document = provider.documents[route] {
            return TestReply(document.content.reply(to: request))
        }
        guard let endpoint = found?.endpoint else { return TestReply(Reply(.notFound)) }
        do {
            return TestReply(try await endpoint.respond(request))
        } catch {
            return TestReply(provider.refusals.reply(to: error))
        }
    }

    private static func split(_ path: String) -> (String, String) {
        guard let mark = path.firstIndex(of: "?") else { return (path, "") }
        return (String(path[..<mark]), String(path[path.index(after: mark)...]))
    }
}
