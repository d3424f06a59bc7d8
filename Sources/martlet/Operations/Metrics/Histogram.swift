import CoreMetrics
import Synchronization

/// Counts values by size: a timer (in seconds) or a recorder that aggregates.
final class Histogram: MetricSeries, TimerHandler, RecorderHandler {
    static let type = "histogram"

    /// A reference, because an array cannot hold atomics themselves.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    private let bounds: [Double]
    /// One for each bound, each with the values above the bound before it, and a last one for the values above all.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    /// - Parameter bounds: the upper bounds of the buckets, ascending.
    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// The count is the sum of the buckets as they are read, so that the lines agree with one another while others record.
    func render(_ name: String, _ labels: String, into text: inout String) {
        let separator = labels.isEmpty ? "" : ","
        var total: Int64 = 0
        for (index, bucket) in buckets.enumerated() {
            total += bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? PrometheusText.number(bounds[index]) : "+Inf"
            PrometheusText.append("\(name)_bucket", "\(labels)\(separator)le=\"\(bound)\"", String(total), to: &text)
        }
        PrometheusText.append("\(name)_sum", labels, PrometheusText.number(sum.value), to: &text)
        PrometheusText.append("\(name)_count", labels, String(total), to: &text)
    }
}
