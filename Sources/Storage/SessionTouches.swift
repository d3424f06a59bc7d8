import JOSE
import Synchronization

/// Remembers which sessions were noted as used within the last minute, so that a busy one is not written on every request.
final class SessionTouches: Sendable {
    /// In milliseconds.
    private static let interval: Int64 = 60_000
    private static let capacity = 65_536

    private let noted = Mutex<[String: Int64]>([:])

    /// Whether a minute has passed since the session was last noted; then it is noted now.
    func isDue(_ id: String, at now: Timestamp) -> Bool {
        let time = now.milliseconds
        return noted.withLock { noted in
            if let last = noted[id], time < last + Self.interval, time >= last { return false }
            if noted.count >= Self.capacity {
                noted = noted.filter { time < $0.value + Self.interval }
                // More busy sessions than places: some are written more often, none is lost.
                if noted.count >= Self.capacity { noted.removeAll(keepingCapacity: true) }
            }
            noted[id] = time
            return true
        }
    }

    func forget(_ id: String) {
        noted.withLock { $0[id] = nil }
    }
}
