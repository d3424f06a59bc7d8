import JOSE
package import Provider

/// What was read, kept outside the process as well: where it is looked for after memory and before the database.
///
/// An entry says which run of the server read it and when (`ReadEvidence`), and counts for nothing in another run. The place is
/// expected to be sealed, so that an entry is either one of ours or none.
package struct SharedReads: Sendable {
    private let store: any VolatileStore
    private let run: String

    /// `run` names this run of the server and no other.
    package init(_ store: any VolatileStore, run: String) {
        self.store = store
        self.run = run
    }

    func read<Value: SharedRead>(_ id: String, at now: Timestamp) async -> (value: Value, evidence: ReadEvidence)? {
        guard let bytes = await store.value(VolatileKey(Value.kind, id), at: now),
            let entry = try? JSONObject.parse(bytes), entry["run"]?.stringValue == run,
            let evidence = ReadEvidence(entry["evidence"]), let value = Value(entry["value"])
        else { return nil }
        return (value, evidence)
    }

    func keep<Value: SharedRead>(_ value: Value, _ evidence: ReadEvidence, for id: String, at now: Timestamp) async {
        let entry: JSONObject = ["run": .string(run), "evidence": evidence.json, "value": value.json]
        await store.set(VolatileKey(Value.kind, id), to: entry.encoded(), until: value.expiry, at: now)
    }
}

/// A value that may be kept outside the process.
protocol SharedRead: Sendable {
    static var kind: StaticString { get }
    var rows: ReadRows { get }
    /// Afterwards it is of no use.
    var expiry: Timestamp { get }
    func isAlive(at now: Timestamp) -> Bool
    var json: JSON { get }
    init?(_ json: JSON?)
}

extension ReadEvidence {
    fileprivate var json: JSON { .array([stamp, UInt64(first), UInt64(second)].map { .integer(Int64($0)) }) }

    fileprivate init?(_ json: JSON?) {
        let numbers = (json?.arrayValue ?? []).compactMap(\.integerValue).filter { $0 >= 0 }
        let stripes = 0..<Int64(ChangeStamps.stripeCount)
        guard numbers.count == 3, stripes.contains(numbers[1]), stripes.contains(numbers[2]) else { return nil }
        (stamp, first, second) = (UInt64(numbers[0]), Int(numbers[1]), Int(numbers[2]))
    }
}
