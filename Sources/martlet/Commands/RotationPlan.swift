import Cryptography
import JOSE
import Provider

/// Where the signing keys stand and who has fetched them, for people and for programs.
struct RotationPlan {
    let keys: [SigningKey]
    let evidence: KeyEvidence
    let now: Timestamp

    private var rotation: KeyRotation { evidence.rotation }
    private var fetchers: [KeySetFetcher] { rotation.knownFetchers(evidence, at: now) }

    /// A key and what becomes of it.
    private struct Row {
        let key: SigningKey
        let phase: KeyRotation.Phase
        let prospect: KeyRotation.Prospect?
        let leavesAt: Timestamp?
    }

    private var rows: [Row] {
        keys.map { key in
            let phase = rotation.phase(of: key, among: keys, at: now)
            return Row(
                key: key,
                phase: phase,
                prospect: phase == .next ? rotation.prospect(of: key.kid, evidence, at: now) : nil,
                leavesAt: phase == .previous ? rotation.retirement(of: key, among: keys) : nil
            )
        }
    }

    func print(asJSON: Bool) {
        if asJSON { return Terminal.print(.object(json)) }
        Terminal.print(
            rows.map { row in
                [
                    row.key.kid, row.key.algorithm.rawValue, row.phase.rawValue, SystemClock.text(row.key.createdAt),
                    signs(row), leaves(row),
                ]
            },
            header: ["KID", "ALG", "PHASE", "CREATED", "SIGNS", "LEAVES"]
        )
        Swift.print("")
        if fetchers.isEmpty {
            return Swift.print("Nobody is known to fetch the key set: a new key waits \(rotation.lead) seconds.")
        }
        Terminal.print(
            fetchers.map { [$0.address, $0.agent, SystemClock.text($0.lastFetch), lacks($0)] },
            header: ["FETCHER", "USER AGENT", "LAST FETCH", "NEXT KEYS"]
        )
    }

    private func signs(_ row: Row) -> String {
        switch row.phase {
        case .current: return row.key.usedFrom.map { "since \(SystemClock.text($0))" } ?? "yes"
        case .previous, .retired: return "no more"
        case .next:
            guard let prospect = row.prospect else { return "after a running server published it" }
            let (earliest, latest) = (SystemClock.text(prospect.earliest), SystemClock.text(prospect.latest))
            if prospect.unseenBy.isEmpty { return "from \(earliest)" }
            return "from \(earliest) when \(prospect.unseenBy.count) more have it, from \(latest) in any case"
        }
    }

    private func leaves(_ row: Row) -> String {
        switch row.phase {
        case .next, .current: "after it was replaced"
        case .previous: row.leavesAt.map(SystemClock.text) ?? "-"
        case .retired: "left"
        }
    }

    /// Which of the keys that wait the fetcher has not seen.
    private func lacks(_ fetcher: KeySetFetcher) -> String {
        let waiting = rows.filter { $0.phase == .next }
        guard !waiting.isEmpty else { return "none is waiting" }
        let unseen = waiting.filter { row in row.prospect.map { $0.unseenBy.contains(fetcher) } ?? true }
        if unseen.isEmpty { return "has seen all" }
        return "has not seen \(unseen.map(\.key.algorithm.rawValue).joined(separator: ", "))"
    }

    private var json: JSONObject {
        [
            "keys": .array(rows.map { .object(Self.json($0)) }),
            "fetchers": .array(
                fetchers.map { fetcher in
                    [
                        "address": .string(fetcher.address), "user_agent": .string(fetcher.agent),
                        "last_fetch": .string(SystemClock.text(fetcher.lastFetch)),
                        "has_not_seen": .strings(
                            rows.filter { $0.prospect?.unseenBy.contains(fetcher) ?? ($0.phase == .next) }.map(
                                \.key.kid
                            )
                        ),
                    ]
                }
            ),
        ]
    }

    private static func json(_ row: Row) -> JSONObject {
        let text = { (time: Timestamp?) -> JSON in time.map { .string(SystemClock.text($0)) } ?? .null }
        return [
            "kid": .string(row.key.kid), "alg": .string(row.key.algorithm.rawValue),
            "phase": .string(row.phase.rawValue), "created_at": text(row.key.createdAt),
            "published_at": text(row.prospect?.publishedAt), "signs_since": text(row.key.usedFrom),
            "signs_from": text(row.prospect?.earliest), "signs_at_the_latest": text(row.prospect?.latest),
            "leaves_at": text(row.leavesAt),
        ]
    }
}
