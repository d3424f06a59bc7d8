import JOSE
import Provider
import Synchronization

/// Keeps refusals in memory, in their order.
final class RecordingJournal: RefusalJournal {
    struct Entry: Sendable {
        let refusal: Refusal
        let requestID: String
        let endpoint: String
        let time: Timestamp
    }

    private let kept = Mutex<[Entry]>([])

    var entries: [Entry] { kept.withLock { $0 } }

    /// All that it keeps, as one text to search.
    var text: String {
        entries.map { "\($0.endpoint) \($0.refusal.error) \($0.refusal.failed)" }.joined(separator: "\n")
    }

    /// The entries of the request with this id.
    subscript(requestID: String?) -> [Entry] { entries.filter { $0.requestID == requestID } }

    func record(_ refusal: Refusal, requestID: String, endpoint: String, at time: Timestamp) {
        kept.withLock { $0.append(Entry(refusal: refusal, requestID: requestID, endpoint: endpoint, time: time)) }
    }
}
