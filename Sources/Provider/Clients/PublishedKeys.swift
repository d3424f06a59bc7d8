import JOSE
import OAuth
import Synchronization

/// The key sets that clients publish, fetched when they are needed. What a client's host does costs that client alone: one fetch is
/// under way at a time for each, and one begins in a minute at most.
final class PublishedKeys: Sendable {
    /// For how long a set is used before it is asked for again, in seconds.
    static let freshness: Int64 = 600
    /// For how long a set is used where its host gives no other, in seconds.
    static let patience: Int64 = 86_400
    /// The least time between two fetches for a client, in seconds.
    static let pause: Int64 = 60

    private let documents: any RemoteDocuments
    private let now: @Sendable () -> Timestamp
    private let known = BoundedCache<String, PublishedKeySet>(capacity: 4096)
    private let making = Mutex(())

    init(_ documents: any RemoteDocuments, now: @escaping @Sendable () -> Timestamp) {
        (self.documents, self.now) = (documents, now)
    }

    /// The keys at `url`, fetched when they were not lately. Throws when there are none.
    func keys(at url: WebAddress, of client: Client.ID) async throws(JOSEError) -> ClientKeySet {
        let set = set(at: url, of: client)
        if let keys = set.keys(youngerThan: Self.freshness) { return keys }
        await set.fetch()
        if let keys = set.keys(youngerThan: Self.patience) { return keys }
        throw JOSEError(.key, FailedCheck("jwks_uri", expected: "a JWK Set", seen: FailedCheck.excerpt(set.failure)))
    }

    /// The keys after they were fetched again; nil when that was done within the last minute, or fails.
    func renewedKeys(at url: WebAddress, of client: Client.ID) async -> ClientKeySet? {
        let set = set(at: url, of: client)
        guard await set.fetch() else { return nil }
        return set.keys(youngerThan: 1)
    }

    /// Each client has its own copy: what one client's host says is no other's.
    private func set(at url: WebAddress, of client: Client.ID) -> PublishedKeySet {
        making.withLock { _ in
            let name = "\(client) \(url)"
            if let set = known[name] { return set }
            let fresh = PublishedKeySet(url, documents, now)
            known[name] = fresh
            return fresh
        }
    }
}

/// One client's key set.
private final class PublishedKeySet: Sendable {
    private struct State {
        var keys: ClientKeySet?
        var fetchedAt: Timestamp?
        var triedAt: Timestamp?
        var fetch: Task<Void, Never>?
        var failure = "nothing yet"
    }

    private let url: WebAddress
    private let documents: any RemoteDocuments
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(_ url: WebAddress, _ documents: any RemoteDocuments, _ now: @escaping @Sendable () -> Timestamp) {
        (self.url, self.documents, self.now) = (url, documents, now)
    }

    /// Why the last fetch failed.
    var failure: String { state.withLock { $0.failure } }

    /// Waits for a fetch. False where there was one just now, so that none is made.
    @discardableResult
    func fetch() async -> Bool {
        let time = now()
        let fetch = state.withLock { state in
            if let fetch = state.fetch { return Optional(fetch) }
            // A clock that was set back keeps nobody waiting.
            if let tried = state.triedAt, (0..<PublishedKeys.pause).contains(time.seconds - tried.seconds) {
                return nil
            }
            state.triedAt = time
            // Goes on when the request that asked is given up: others wait for it too.
            let fetch = Task { await self.load() }
            state.fetch = fetch
            return fetch
        }
        await fetch?.value
        return fetch != nil
    }

    /// The keys, where they were fetched less than `age` seconds ago.
    func keys(youngerThan age: Int64) -> ClientKeySet? {
        let time = now()
        return state.withLock { state in
            guard let keys = state.keys, let fetchedAt = state.fetchedAt, time < fetchedAt + age else { return nil }
            return keys
        }
    }

    private func load() async {
        let outcome = await document()
        let time = now()
        state.withLock { state in
            state.fetch = nil
            switch outcome {
            case .success(let keys): (state.keys, state.fetchedAt) = (keys, time)
            case .failure(let error): state.failure = error.reason
            }
        }
    }

    private func document() async -> Result<ClientKeySet, RemoteDocumentError> {
        do {
            let bytes = try await documents.get(url)
            return .success(try ClientKeySet(published: try JSONObject.parse(bytes)))
        } catch let error as RemoteDocumentError {
            return .failure(error)
        } catch {
            return .failure(RemoteDocumentError("no JWK Set: \(error)"))
        }
    }
}
