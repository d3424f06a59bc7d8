import Metrics
import Synchronization

/// Counts the requests of one route by status and times them.
final class RouteMetrics: Sendable {
    private let endpoint: String
    private let timer: Timer
    private let counters = Mutex<[Int: Counter]>([:])

    init(endpoint: String) {
        self.endpoint = endpoint
        timer = Timer(label: "martlet_http_request_duration_seconds", dimensions: [("endpoint", endpoint)])
    }

    func record(status: Int, nanoseconds: Int64) {
        let counter = counters.withLock { counters in
            if let known = counters[status] { return known }
            let fresh = Counter(
                label: "martlet_http_requests_total",
                dimensions: [("endpoint", endpoint), ("status", "\(status)")]
            )
            counters[status] = fresh
            return fresh
        }
        counter.increment()
        timer.recordNanoseconds(nanoseconds)
    }
}
