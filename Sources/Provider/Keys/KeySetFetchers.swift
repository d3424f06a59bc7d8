import HTTPTypes
import JOSE
import Synchronization

/// Notes in memory who fetches the JWKS, and since when each key is in it. Bounded: strangers can fill it, and then those who fetched
/// longest ago are forgotten; one address has a few places only.
final class KeySetFetchers: Sendable {
    private static let capacity = 256
    private static let capacityPerAddress = 16
    /// Bytes that are kept of a `User-Agent`.
    private static let agentSize = 100

    private let notes: Mutex<Notes>

    private struct Visitor: Hashable {
        let address: String
        let agent: String
    }

    private struct Notes {
        var visits: [Visitor: Timestamp]
        var published: [String: Timestamp]
        var hasChanged = true
    }

    init(_ earlier: KeyEvidence?) {
        var visits: [Visitor: Timestamp] = [:]
        for fetcher in (earlier?.fetchers ?? []).prefix(Self.capacity) {
            visits[Visitor(address: fetcher.address, agent: fetcher.agent)] = fetcher.lastFetch
        }
        notes = Mutex(Notes(visits: visits, published: earlier?.published ?? [:]))
    }

    /// Somebody got the key set as it was at `now` or later.
    func note(_ request: EndpointRequest, at now: Timestamp) {
        let visitor = Visitor(
            address: request.clientAddress,
            agent: Self.printable(request.value(of: .userAgent) ?? "")
        )
        notes.withLock { notes in
            if notes.visits.updateValue(now, forKey: visitor) == nil { Self.makeRoom(in: &notes.visits, for: visitor) }
            notes.hasChanged = true
        }
    }

    /// From `now` on, and not before, who fetches the key set gets exactly these keys.
    func publish(_ kids: [String], at now: Timestamp) {
        notes.withLock { notes in
            let published = kids.map { ($0, notes.published[$0] ?? now) }
            let fresh = Dictionary(published) { first, _ in first }
            guard fresh != notes.published else { return }
            notes.published = fresh
            notes.hasChanged = true
        }
    }

    func evidence(_ rotation: KeyRotation) -> KeyEvidence {
        let (visits, published) = notes.withLock { ($0.visits, $0.published) }
        let fetchers = visits.map { KeySetFetcher(address: $0.address, agent: $0.agent, lastFetch: $1) }
        return KeyEvidence(rotation: rotation, published: published, fetchers: fetchers)
    }

    /// Whether there is more to say than when this was asked last.
    func takeChange() -> Bool {
        notes.withLock { notes in
            defer { notes.hasChanged = false }
            return notes.hasChanged
        }
    }

    private static func makeRoom(in visits: inout [Visitor: Timestamp], for newest: Visitor) {
        let neighbours = visits.filter { $0.key.address == newest.address }
        let crowd = neighbours.count > capacityPerAddress ? neighbours : visits.count > capacity ? visits : [:]
        let oldest = crowd.filter { $0.key != newest }.min { $0.value < $1.value }
        if let oldest { visits[oldest.key] = nil }
    }

    /// What may stand in a file and on a terminal, and grows in neither.
    private static func printable(_ agent: String) -> String {
        let isPlain = agent.utf8.count <= agentSize && agent.utf8.allSatisfy(isHarmless)
        if isPlain { return agent }
        let bytes = agent.utf8.prefix(agentSize).map { isHarmless($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
