import JOSE
import OAuth
import Synchronization

/// The clients whose id is the address of a document that describes them (OAuth Client ID Metadata Document). What such a host does
/// costs its own clients alone: one fetch is under way at a time for each, four for a host, eight in all, and a network may cause ten in
/// a minute.
final class DocumentClients: Sendable {
    /// The fetches under way at one time, of one host and in all.
    static let fetchesPerHost = 4
    static let fetchesInAll = 8
    /// Documents that one network may have fetched in a minute.
    static let fetchesPerNetwork = 10

    private let documents: any RemoteDocuments
    private let possible: @Sendable () -> RegistrationWish.Possible
    private let limitsRates: Bool
    private let now: @Sendable () -> Timestamp
    private let known = BoundedCache<String, DocumentClient>(capacity: 4096)
    /// Held while one is looked for and made, so that there is one for each address.
    private let making = Mutex(())
    /// The fetches under way, by host.
    private let hosts = Mutex<[String: Int]>([:])
    private let lookups = Mutex(CallWindows())

    init(_ dependencies: Dependencies) {
        documents = dependencies.documents
        limitsRates = dependencies.settings.limitsRates
        now = dependencies.now
        possible = { [settings = dependencies.settings, keys = dependencies.keys, now = dependencies.now] in
            .init(
                scope: settings.supportedScopes,
                signing: keys.algorithms(at: now()),
                types: settings.responseTypes
            )
        }
    }

    /// The client that the document at `id` describes. `network` caused the question. Throws `invalid_client` where there is none, and
    /// 429 when too many were asked for.
    func client(_ id: Client.ID, from network: String) async throws(OAuthError) -> Client {
        guard let address = DocumentAddress(id) else {
            throw Self.refused("an https URL with a path, in its plainest form", id.description)
        }
        let client = entry(address)
        if let answer = client.answer(at: now()) { return try answer.get() }
        try count(network)
        return try await client.fetched { [self] in await fetch(address) }.get()
    }

    private func entry(_ address: DocumentAddress) -> DocumentClient {
        making.withLock { _ in
            if let client = known[address.description] { return client }
            let fresh = DocumentClient(now: now)
            known[address.description] = fresh
            return fresh
        }
    }

    private func fetch(_ address: DocumentAddress) async -> DocumentClient.Outcome {
        guard documents.mayReach(address.url) else {
            return .none(Self.refused("a host of the public internet", address.host))
        }
        guard enter(address.host) else { return .away(Self.refused("fewer fetches at one time", address.host)) }
        defer { leave(address.host) }
        do {
            let document = try await documents.document(at: address.url)
            let client = try ClientDocument(document.body, at: address, possible(), documents).client
            return .client(client, freshness: document.freshness)
        } catch let error as RemoteDocumentError {
            let refusal = Self.refused("a document", error.reason)
            return error.isAnswer ? .none(refusal) : .away(refusal)
        } catch let error as OAuthError {
            return .none(error)
        } catch {
            return .none(Self.refused("a JSON object of at most \(ClientDocument.sizeLimit) bytes", "\(error)"))
        }
    }

    private func enter(_ host: String) -> Bool {
        hosts.withLock { hosts in
            let all = hosts.values.reduce(0, +)
            guard all < Self.fetchesInAll, hosts[host, default: 0] < Self.fetchesPerHost else { return false }
            hosts[host, default: 0] += 1
            return true
        }
    }

    private func leave(_ host: String) {
        hosts.withLock { hosts in
            let left = hosts[host, default: 1] - 1
            hosts[host] = left == 0 ? nil : left
        }
    }

    private func count(_ network: String) throws(OAuthError) {
        guard limitsRates else { return }
        let time = now().seconds
        let caller = CallWindows.Caller(nil, at: network)
        let wait = lookups.withLock { $0.admit(caller, limit: Self.fetchesPerNetwork, now: time) }
        guard wait > 0 else { return }
        throw OAuthError(
            .tooManyRequests,
            "too many clients were looked up from this address; wait for Retry-After seconds",
            FailedCheck("rate limit", expected: "\(Self.fetchesPerNetwork) in a minute", seen: network),
            fields: [.init("Retry-After", "\(wait)")]
        )
    }

    static func refused(_ expected: String, _ seen: String) -> OAuthError {
        OAuthError(
            .invalidClient,
            "the document that \(.clientID) leads to cannot be used",
            FailedCheck("client_id", expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}

/// What is known of one document.
private final class DocumentClient: Sendable {
    /// What a fetch comes to.
    enum Outcome: Sendable {
        /// `freshness` is what its host says, in seconds.
        case client(Client, freshness: Int64?)
        /// There is none, or it cannot be used.
        case none(OAuthError)
        /// Nobody answered: what was there before goes on for a while.
        case away(OAuthError)
    }

    /// The least and the longest time that a document is used before it is asked for again, in seconds.
    private static let freshness: ClosedRange<Int64> = 300...86_400
    /// For how long it is used where its host gives no answer, and is not asked again, in seconds.
    private static let patience: Int64 = 86_400
    private static let pause: Int64 = 60

    private struct State {
        var client: (content: Client, fetchedAt: Timestamp)?
        var failure: OAuthError?
        /// Until when what is known is the answer, counted from when.
        var since: Timestamp?
        var seconds: Int64 = 0
        var fetch: Task<Void, Never>?
    }

    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    /// The answer that is known, where it is fresh. A clock that was set back makes nothing fresh.
    func answer(at time: Timestamp) -> Result<Client, OAuthError>? {
        state.withLock { state in
            guard let since = state.since, (0..<state.seconds).contains(time.seconds - since.seconds) else {
                return nil
            }
            return Self.answer(state)
        }
    }

    /// The answer after a fetch; one goes on at a time.
    func fetched(_ fetch: @escaping @Sendable () async -> Outcome) async -> Result<Client, OAuthError> {
        let task = state.withLock { state in
            if let task = state.fetch { return task }
            // Goes on when the request that asked is given up: others wait for it too.
            let task = Task { self.take(await fetch()) }
            state.fetch = task
            return task
        }
        await task.value
        return state.withLock { Self.answer($0) }
    }

    private func take(_ outcome: Outcome) {
        let time = now()
        state.withLock { state in
            state.fetch = nil
            state.since = time
            switch outcome {
            case .client(let client, let freshness):
                state.client = (client, time)
                state.failure = nil
                let limits = Self.freshness
                state.seconds = min(max(freshness ?? limits.lowerBound, limits.lowerBound), limits.upperBound)
            case .none(let error):
                (state.client, state.failure, state.seconds) = (nil, error, Self.pause)
            case .away(let error):
                (state.failure, state.seconds) = (error, Self.pause)
                if let fetchedAt = state.client?.fetchedAt, time >= fetchedAt + Self.patience { state.client = nil }
            }
        }
    }

    private static func answer(_ state: State) -> Result<Client, OAuthError> {
        if let client = state.client { return .success(client.content) }
        return .failure(state.failure ?? DocumentClients.refused("a document", "nothing"))
    }
}
