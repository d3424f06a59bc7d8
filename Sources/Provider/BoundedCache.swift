import Synchronization

/// A cache of pure results that forgets what was not asked for lately and never holds more than `capacity` values.
///
/// Two generations: a value that is used moves to the young one; when that is half full, the old one is dropped.
package final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let generations = Mutex(Generations())
    private let half: Int

    private struct Generations {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
    }

    package init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    package subscript(key: Key) -> Value? {
        get {
            generations.withLock { generations in
                if let value = generations.young[key] { return value }
                guard let value = generations.old[key] else { return nil }
                insert(value, for: key, into: &generations)
                return value
            }
        }
        set {
            generations.withLock { generations in
                guard let newValue else {
                    generations.young[key] = nil
                    generations.old[key] = nil
                    return
                }
                insert(newValue, for: key, into: &generations)
            }
        }
    }

    private func insert(_ value: Value, for key: Key, into generations: inout Generations) {
        if generations.young.count >= half {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[key] = value
    }
}
