import Provider

/// Values that were read, each believed for as long as no row that it was read from can have changed since: an answer from here is
/// one that the database would give.
final class ReadCache<Value: Sendable>: Sendable {
    /// What a look found.
    enum Look {
        case believed(Value)
        /// One is here, but its rows may have changed.
        case doubtful
        case absent
    }

    private struct Entry: Sendable {
        let value: Value
        let evidence: ReadEvidence
    }

    private static var shardCount: Int { 16 }
    private let shards: [BoundedCache<String, Entry>]
    private let stamps: ChangeStamps

    /// Holds `capacity` values at most.
    init(_ stamps: ChangeStamps, capacity: Int = 16_384) {
        self.stamps = stamps
        shards = (0..<Self.shardCount).map { _ in BoundedCache(capacity: max(2, capacity / Self.shardCount)) }
    }

    func look(_ key: String) -> Look {
        guard let entry = shard(key)[key] else { return .absent }
        return stamps.holds(entry.evidence) ? .believed(entry.value) : .doubtful
    }

    /// The value, if it is believed.
    subscript(key: String) -> Value? {
        if case .believed(let value) = look(key) { value } else { nil }
    }

    func keep(_ value: Value, _ evidence: ReadEvidence, for key: String) {
        shard(key)[key] = Entry(value: value, evidence: evidence)
    }

    /// Reads the value of `key` by `read`, here or there, and keeps it. `rows` gives the ids of the rows that it rests on.
    func value(_ key: String, rows: (Value) -> ReadRows, read: () throws -> Value?) rethrows -> Value? {
        if let known = self[key] { return known }
        let stamp = stamps.now
        guard let value = try read() else { return nil }
        keep(value, ReadEvidence(stamp, rows(value)), for: key)
        return value
    }

    private func shard(_ key: String) -> BoundedCache<String, Entry> {
        // The last characters of our ids are random.
        let mixed = key.utf8.suffix(4).reduce(0) { $0 &* 31 &+ Int($1) }
        return shards[mixed & (Self.shardCount - 1)]
    }
}

/// The rows that a value was read from, by the names under which their changes are noted (`ChangeTriggers`): an account's, and a session's
/// where it has one.
struct ReadRows {
    let account: String
    var session: String?

    init(account: String, session: String? = nil) {
        (self.account, self.session) = (account, session)
    }

    /// A person's friendships.
    init(friendsOf person: String) { self.init(account: "friends \(person)") }

    /// The messages that a person sent or got.
    init(messagesOf person: String) { self.init(account: "messages \(person)") }
}

/// Since when a value holds, and which places tell that it no longer does (`ChangeStamps`).
struct ReadEvidence: Sendable, Equatable {
    /// The count that was taken before the value was read.
    let stamp: UInt64
    let first: Int
    let second: Int

    init(_ stamp: UInt64, _ rows: ReadRows) {
        self.stamp = stamp
        first = ChangeStamps.stripe(of: rows.account)
        second = rows.session.map(ChangeStamps.stripe) ?? first
    }
}

extension ChangeStamps {
    func holds(_ evidence: ReadEvidence) -> Bool {
        holds(since: evidence.stamp, evidence.first, evidence.second)
    }
}
