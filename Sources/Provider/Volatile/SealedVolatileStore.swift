package import Cryptography
package import JOSE

/// Volatile values in a place that others can read and write: each is sealed with its name and its end, so that what comes back
/// is what this server put there under that name, or nothing.
///
/// An older value of the same name can be brought back until its end; who must not believe one says so in the value.
package struct SealedVolatileStore: VolatileStore {
    private static let saltSize = 32
    private static let nonce = [UInt8](repeating: 0, count: 12)

    private let store: any VolatileStore
    private let key: [UInt8]
    private let random: any RandomSource

    package init(_ store: any VolatileStore, sealing: SealingKey, random: any RandomSource) {
        self.store = store
        key = sealing.derivedKey(for: "volatile values")
        self.random = random
    }

    package func value(_ key: VolatileKey, at now: Timestamp) async -> [UInt8]? {
        guard let sealed = await store.value(key, at: now), sealed.count > Self.saltSize else { return nil }
        let opened = try? AESGCM.open(
            Array(sealed.dropFirst(Self.saltSize)),
            key: valueKey(sealed.prefix(Self.saltSize)),
            nonce: Self.nonce,
            additionalData: Array(key.description.utf8)
        )
        guard let opened, opened.count >= 8 else { return nil }
        let expiry = opened.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        return now.milliseconds < expiry ? Array(opened.dropFirst(8)) : nil
    }

    package func set(_ key: VolatileKey, to value: [UInt8], until expiry: Timestamp, at now: Timestamp) async {
        let salt = random.bytes(Self.saltSize)
        let content = (0..<8).map { UInt8(truncatingIfNeeded: expiry.milliseconds >> (56 - 8 * $0)) } + value
        let sealed = try? AESGCM.seal(
            content,
            key: valueKey(salt[...]),
            nonce: Self.nonce,
            additionalData: Array(key.description.utf8)
        )
        guard let sealed, value.count <= VolatileKey.longestValue else { return await store.remove(key) }
        await store.set(key, to: salt + sealed, until: expiry, at: now)
    }

    package func remove(_ key: VolatileKey) async {
        await store.remove(key)
    }

    /// Each value has a key of its own, so that there is no limit to how many are sealed.
    private func valueKey(_ salt: ArraySlice<UInt8>) -> [UInt8] {
        HMAC.code(Array(salt), key: key)
    }
}
