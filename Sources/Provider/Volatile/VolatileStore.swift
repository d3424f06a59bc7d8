package import JOSE

/// Values that may be lost at any moment: memory, or a Redis.
///
/// A value is a hint, never evidence. It can be gone before its time, and after a break of the connection an older value, or one
/// that was removed, can be there again. So nothing that is used once, and nothing that is over, is decided here. No call
/// throws or takes long: what goes wrong is a value that is not there.
package protocol VolatileStore: Sendable {
    /// The value, or nil when there is none, it is past its time, or it cannot be had now.
    func value(_ key: VolatileKey, at now: Timestamp) async -> [UInt8]?

    /// Keeps `value` until `expiry` at most. One of more than `VolatileKey.longestValue` bytes is not kept.
    func set(_ key: VolatileKey, to value: [UInt8], until expiry: Timestamp, at now: Timestamp) async

    /// Drops the value. Afterwards it is gone as far as this process can bring about.
    func remove(_ key: VolatileKey) async
}

/// The name of a value: what kind of thing it is and which one. No value is ever taken for one of another kind.
package struct VolatileKey: Hashable, Sendable, CustomStringConvertible {
    /// The longest value in bytes.
    package static let longestValue = 16_384

    /// `kind:id`.
    package let description: String

    /// `kind` has no colon.
    package init(_ kind: StaticString, _ id: String) {
        description = "\(kind):\(id)"
    }
}
