import Cryptography
import JOSE
import Synchronization

/// The most failed sign-ins in a minute.
package struct SignInLimits: Sendable {
    /// Of one account from one network address: nobody locks out its owner from elsewhere.
    package let perAccount: Int
    /// From one network address.
    package let perAddress: Int

    package init(perAccount: Int = 10, perAddress: Int = 100) {
        self.perAccount = perAccount
        self.perAddress = perAddress
    }
}

/// Counts failed sign-ins, in memory of a bounded size.
final class SignInLimit: Sendable {
    private static let window: Int64 = 60
    /// The most callers remembered in a minute; over it new ones are not.
    private static let capacity = 65_536

    private struct Bucket {
        var start: Int64
        var failures: Int
    }

    private struct Windows {
        /// By a digest of fixed size: a caller chooses the name that it tries.
        var buckets: [[UInt8]: Bucket] = [:]
        var nextSweep: Int64 = 0
    }

    private let limits: SignInLimits?
    private let windows = Mutex(Windows())

    /// nil `limits` mean none.
    init(_ limits: SignInLimits?) {
        self.limits = limits
    }

    /// The seconds that this caller must wait, 0 when it need not.
    func wait(_ identifier: AccountIdentifier, _ address: String, at now: Timestamp) -> Int64 {
        guard let limits else { return 0 }
        return windows.withLock { windows in
            if windows.buckets.isEmpty { return 0 }
            return max(
                Self.wait(windows.buckets[Self.key(identifier, address)], limits.perAccount, now.seconds),
                Self.wait(windows.buckets[Self.key(nil, address)], limits.perAddress, now.seconds)
            )
        }
    }

    /// Counts a failure.
    func count(_ identifier: AccountIdentifier, _ address: String, at now: Timestamp) {
        guard limits != nil else { return }
        let time = now.seconds
        windows.withLock { windows in
            if time >= windows.nextSweep || time < windows.nextSweep - Self.window {
                windows.nextSweep = time + Self.window
                windows.buckets = windows.buckets.filter { (0..<Self.window).contains(time - $0.value.start) }
            }
            for key in [Self.key(identifier, address), Self.key(nil, address)] {
                var bucket = windows.buckets[key] ?? Bucket(start: time, failures: 0)
                if !(0..<Self.window).contains(time - bucket.start) { bucket = Bucket(start: time, failures: 0) }
                bucket.failures += 1
                if windows.buckets[key] != nil || windows.buckets.count < Self.capacity {
                    windows.buckets[key] = bucket
                }
            }
        }
    }

    private static func wait(_ bucket: Bucket?, _ limit: Int, _ now: Int64) -> Int64 {
        guard let bucket, bucket.failures >= limit else { return 0 }
        return min(window, max(0, bucket.start + window - now))
    }

    private static func key(_ identifier: AccountIdentifier?, _ address: String) -> [UInt8] {
        Hash.digest("\(address) \(identifier?.key ?? "")")
    }
}
