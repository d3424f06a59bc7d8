import CoreMetrics
import Synchronization

/// One line of a family, or the lines of one histogram.
protocol MetricSeries: AnyObject, Sendable {
    /// The family's type in the text format.
    static var type: String { get }

    /// - Parameter labels: `name="value"` pairs with commas between them, escaped; may be empty.
    func render(_ name: String, _ labels: String, into text: inout String)
}

/// A number that many threads add to. The bit pattern is what is exchanged.
final class AtomicDouble: Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double = 0) {
        bits = Atomic(value.bitPattern)
    }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, current) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = current
        }
    }
}

final class IntegerCounter: MetricSeries, CounterHandler {
    static let type = "counter"
    private let count = Atomic<Int64>(0)

    /// A counter only grows: a negative amount is left out.
    func increment(by amount: Int64) {
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    func render(_ name: String, _ labels: String, into text: inout String) {
        PrometheusText.append(name, labels, String(count.load(ordering: .relaxed)), to: &text)
    }
}

final class FloatingCounter: MetricSeries, FloatingPointCounterHandler {
    static let type = "counter"
    private let sum = AtomicDouble()

    /// A counter only grows: a negative amount, or none that is a number, is left out.
    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { sum.add(amount) }
    }

    func reset() { sum.set(0) }

    func render(_ name: String, _ labels: String, into text: inout String) {
        PrometheusText.append(name, labels, PrometheusText.number(sum.value), to: &text)
    }
}

/// A value that goes up and down: a meter, or a recorder that does not aggregate.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let type = "gauge"
    private let current = AtomicDouble()

    func set(_ value: Int64) { current.set(Double(value)) }
    func set(_ value: Double) { current.set(value) }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }
    func record(_ value: Int64) { current.set(Double(value)) }
    func record(_ value: Double) { current.set(value) }

    func render(_ name: String, _ labels: String, into text: inout String) {
        PrometheusText.append(name, labels, PrometheusText.number(current.value), to: &text)
    }
}
