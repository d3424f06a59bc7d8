package import JOSE

/// Volatile values in the memory of this process: at most `capacity` of them, those that were used last.
package struct VolatileMemory: VolatileStore {
    private struct Entry {
        let value: [UInt8]
        let expiry: Timestamp
    }

    private let entries: BoundedCache<VolatileKey, Entry>

    package init(capacity: Int) {
        entries = BoundedCache(capacity: capacity)
    }

    package func value(_ key: VolatileKey, at now: Timestamp) -> [UInt8]? {
        guard let entry = entries[key], now < entry.expiry else { return nil }
        return entry.value
    }

    package func set(_ key: VolatileKey, to value: [UInt8], until expiry: Timestamp, at now: Timestamp) {
        let isKept = value.count <= VolatileKey.longestValue && now < expiry
        entries[key] = isKept ? Entry(value: value, expiry: expiry) : nil
    }

    package func remove(_ key: VolatileKey) {
        entries[key] = nil
    }
}
