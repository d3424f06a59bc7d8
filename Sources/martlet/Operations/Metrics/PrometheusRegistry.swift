import CoreMetrics
import Synchronization

/// Keeps every metric of the process in memory and prints them in the Prometheus text format, version 0.0.4.
///
/// Recording touches atomics only. Making a metric looks it up under a lock: two `Counter`s of one name and one set of
/// labels are the same series. A family keeps a bounded number of series; further ones are counted together in one with the
/// label `overflow="true"`, so that a label that a stranger can choose does not fill the memory.
final class PrometheusRegistry: Sendable {
    /// The upper bounds, in seconds, of a timer's buckets.
    static let latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// The upper bounds of a recorder's buckets, which know nothing of its unit.
    static let valueBuckets: [Double] = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000]

    private struct Contents {
        var families: [String: MetricFamily] = [:]
        /// The series by what the code calls them, for the common case that a metric is made again for each event.
        var known: [SeriesKey: any MetricSeries] = [:]
    }

    private let contents = Mutex(Contents())
    private let help: [String: String]
    private let seriesLimit: Int

    /// - Parameters:
    ///   - help: a sentence for each metric, by the label with which the code makes it.
    ///   - seriesLimit: the largest number of series a family, without the overflow series.
    init(help: [String: String] = [:], seriesLimit: Int = 200) {
        self.help = help
        self.seriesLimit = seriesLimit
    }

    /// Every family in the order of the names.
    func render() -> String {
        let families = contents.withLock { $0.families.values.sorted { $0.name < $1.name } }
        var text = ""
        for family in families { family.render(into: &text) }
        return text
    }

    /// The series of a name and a set of labels. Where the name already belongs to a metric of another kind the series
    /// counts but is never printed: a family has one type.
    private func series<Series: MetricSeries>(
        _ label: String,
        _ suffix: String,
        _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series {
        let key = SeriesKey(label: label, dimensions: dimensions)
        if let known = contents.withLock({ $0.known[key] }) as? Series { return known }
        let name = PrometheusText.name(label, suffix: suffix)
        let labels = PrometheusText.labels(dimensions)
        return contents.withLock { contents in
            if contents.families[name] == nil {
                contents.families[name] = MetricFamily(name: name, type: Series.type, help: help[label] ?? label)
            }
            guard let series = contents.families[name]?.series(labels, limit: seriesLimit, make: make) else {
                return make()
            }
            if contents.known.count < contents.families.count * seriesLimit { contents.known[key] = series }
            return series
        }
    }
}

/// A metric as the code names it.
private struct SeriesKey: Hashable {
    let label: String
    let dimensions: [(String, String)]

    static func == (left: SeriesKey, right: SeriesKey) -> Bool {
        left.label == right.label && left.dimensions.elementsEqual(right.dimensions, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(label)
        for (name, value) in dimensions {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}

extension PrometheusRegistry: MetricsFactory {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, "_total", dimensions) { IntegerCounter() }
    }

    func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, "_total", dimensions) { FloatingCounter() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, "", dimensions) { GaugeSeries() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, "", dimensions) { GaugeSeries() } }
        return series(label, "", dimensions) { Histogram(bounds: Self.valueBuckets) }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, "_seconds", dimensions) { Histogram(bounds: Self.latencyBuckets) }
    }

    // Several metrics of the code may share a series, so none of them may end it: series live as long as the process.

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
