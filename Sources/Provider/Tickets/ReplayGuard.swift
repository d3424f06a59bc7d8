import Cryptography
package import JOSE
import OAuth
import Synchronization

/// Keeps what must survive a restart of the record of used assertions.
package protocol ReplayStore: Sendable {
    /// Files the fingerprint of an assertion that is dated later than this server's clock; returns after the commit.
    func keep(_ fingerprint: UInt64, until expiry: Timestamp) async throws

    /// The fingerprints on file that have not expired.
    func kept(at now: Timestamp) async throws -> [(fingerprint: UInt64, expiry: Timestamp)]
}

/// Remembers the `jti` of each assertion until it expires, so that each works once (RFC 7523 §3, item 7).
///
/// The record lives in memory. An assertion signed before this process began is refused, because an earlier process may have
/// seen it; one dated ahead of our clock is also written down, because it would pass that rule after a restart.
package final class ReplayGuard: Sendable {
    private static let shardCount = 16
    /// The most fingerprints kept in all; over it new assertions are refused and no old one is forgotten.
    private static let capacity = 4_000_000

    private let shards: [Shard]
    private let store: any ReplayStore
    /// The last second in which an earlier process may have accepted an assertion; nil on a new database.
    private let earlierProcessEnded: Int64?

    private final class Shard: Sendable {
        let record = Mutex(ExpiringSet(capacity: ReplayGuard.capacity / ReplayGuard.shardCount))
    }

    /// What is known of an assertion's `jti`.
    package enum Verdict: Sendable, Equatable {
        case fresh
        case replayed
        /// Signed before this process began.
        case predatesProcess
        /// No room to remember it.
        case full
    }

    package init(store: any ReplayStore, startedAt start: Timestamp, hasHistory: Bool) async throws {
        shards = (0..<Self.shardCount).map { _ in Shard() }
        self.store = store
        earlierProcessEnded = hasHistory ? start.seconds : nil
        for (fingerprint, expiry) in try await store.kept(at: start) {
            _ = remember(fingerprint, until: expiry, now: start)
        }
    }

    /// Records the use of `jti` by `client`. The key is the pair: nobody can use up the `jti` of somebody else.
    ///
    /// `signedAt` is the assertion's `iat`, or nil when something else proves that this process is the first to see it.
    package func use(
        jti: String,
        of client: String,
        signedAt: Timestamp?,
        until expiry: Timestamp,
        now: Timestamp
    ) async throws -> Verdict {
        if let earlierProcessEnded, let signedAt, signedAt.seconds <= earlierProcessEnded { return .predatesProcess }
        let fingerprint = Self.fingerprint(client: client, jti: jti)
        let verdict = remember(fingerprint, until: expiry, now: now)
        if verdict == .fresh, let signedAt, signedAt > now {
            try await store.keep(fingerprint, until: expiry)
        }
        return verdict
    }

    private func remember(_ fingerprint: UInt64, until expiry: Timestamp, now: Timestamp) -> Verdict {
        // The process's own hash seed chooses the shard: nobody can aim at one.
        var hasher = Hasher()
        hasher.combine(fingerprint)
        let shard = shards[Int(UInt(bitPattern: hasher.finalize()) % UInt(Self.shardCount))]
        return shard.record.withLock { $0.insert(fingerprint, until: expiry.seconds, now: now.seconds) }
    }

    private static func fingerprint(client: String, jti: String) -> UInt64 {
        Hash.digest(Array(client.utf8) + [0] + Array(jti.utf8))[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Fingerprints grouped by the half minute in which they expire, so that forgetting is dropping a group.
private struct ExpiringSet {
    private static let span: Int64 = 30
    private let capacity: Int
    private var groups: [Int64: Set<UInt64>] = [:]
    private var latest: Int64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func insert(_ fingerprint: UInt64, until expiry: Int64, now: Int64) -> ReplayGuard.Verdict {
        if now > latest {
            latest = now
            for group in groups.keys where (group + 1) * Self.span <= now { groups[group] = nil }
        }
        // What expired before the latest second seen may have been forgotten: a clock that runs backwards revives nothing.
        if expiry <= latest || groups.values.contains(where: { $0.contains(fingerprint) }) { return .replayed }
        guard groups.values.reduce(0, { $0 + $1.count }) < capacity else { return .full }
        groups[expiry / Self.span, default: []].insert(fingerprint)
        return .fresh
    }
}
