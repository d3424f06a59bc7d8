import Cryptography
import JOSE
import OAuth
import Synchronization

/// Refuses a caller after too many failed authentications within a minute. Successes are not counted, so a busy client is never
/// limited. A client's failures count at each address apart: nobody locks out a client from elsewhere.
final class FailureLimit: Sendable {
    private static let window: Int64 = 60
    /// The most callers remembered in a minute; over it new ones are not.
    private static let capacity = 65_536

    private let settings: Settings
    private let now: @Sendable () -> Timestamp
    private let windows = Mutex(Windows())

    private struct Windows {
        /// By a digest of fixed size: a caller chooses its name, and it may be long.
        var buckets: [[UInt8]: Bucket] = [:]
        var nextSweep: Int64 = 0
    }

    private struct Bucket {
        var start: Int64
        var failures: Int
    }

    init(settings: Settings, now: @escaping @Sendable () -> Timestamp) {
        self.settings = settings
        self.now = now
    }

    /// Throws 429 with `Retry-After` when the client at this address, or the address, has failed too often.
    func check(client: Client.ID, address: @autoclosure () -> String) throws(OAuthError) {
        // Nearly every request: nobody has failed lately, and nobody need know the address.
        guard settings.limitsRates, windows.withLock({ !$0.buckets.isEmpty }) else { return }
        let address = address()
        let time = now().seconds
        let wait = windows.withLock { windows in
            max(
                Self.wait(windows.buckets[Self.key(client, address)], limit: settings.failuresPerClient, now: time),
                Self.wait(windows.buckets[Self.key(nil, address)], limit: settings.failuresPerAddress, now: time)
            )
        }
        guard wait > 0 else { return }
        throw OAuthError(
            .tooManyRequests,
            "too many failed authentications; wait for Retry-After seconds",
            FailedCheck(
                "rate limit",
                expected: "fewer failures in a minute",
                seen: "\(FailedCheck.excerpt(client.description)) at \(address)"
            ),
            fields: [.init("Retry-After", "\(wait)")]
        )
    }

    /// Counts a failure of the client at this address.
    func count(client: Client.ID, address: String) {
        guard settings.limitsRates else { return }
        let time = now().seconds
        windows.withLock { windows in
            if time >= windows.nextSweep || time < windows.nextSweep - Self.window {
                windows.nextSweep = time + Self.window
                windows.buckets = windows.buckets.filter { time - $0.value.start < Self.window }
            }
            for key in [Self.key(client, address), Self.key(nil, address)] {
                var bucket = windows.buckets[key] ?? Bucket(start: time, failures: 0)
                if time - bucket.start >= Self.window { bucket = Bucket(start: time, failures: 0) }
                bucket.failures += 1
                if windows.buckets[key] != nil || windows.buckets.count < Self.capacity {
                    windows.buckets[key] = bucket
                }
            }
        }
    }

    /// The seconds that a caller must wait, 0 when it need not.
    private static func wait(_ bucket: Bucket?, limit: Int, now: Int64) -> Int64 {
        guard let bucket, bucket.failures >= limit else { return 0 }
        return min(window, max(0, bucket.start + window - now))
    }

    private static func key(_ client: Client.ID?, _ address: String) -> [UInt8] {
        Hash.digest("\(address) \(client?.description ?? "")")
    }
}
