import Cryptography
import OAuth

/// Counts what callers do, each in a window of a minute that begins with the first of it.
struct CallWindows {
    private static let window: Int64 = 60
    /// The most callers remembered in a minute; over it new ones are not.
    private static let capacity = 65_536

    /// By a digest of fixed size: a caller chooses its name, and it may be long.
    private var buckets: [[UInt8]: Bucket] = [:]
    private var nextSweep: Int64 = 0

    /// A caller: a client at one network or, without one, wherever it calls from; or all that a network calls as.
    struct Caller {
        fileprivate let key: [UInt8]

        init(_ client: Client.ID?, at network: String?) {
            key = Hash.digest("\(network ?? "") \(client?.description ?? "")")
        }
    }

    private struct Bucket {
        let start: Int64
        var count = 0
    }

    /// Whether nobody did anything lately.
    var isEmpty: Bool { buckets.isEmpty }

    /// The seconds that a caller must wait who may do `limit` things in a minute, 0 when it need not. `now` in seconds.
    func wait(_ caller: Caller, limit: Int, now: Int64) -> Int64 {
        guard let bucket = buckets[caller.key], bucket.count >= limit else { return 0 }
        return min(Self.window, max(0, bucket.start + Self.window - now))
    }

    /// The same, and counts what the caller does where it need not wait.
    mutating func admit(_ caller: Caller, limit: Int, now: Int64) -> Int64 {
        let wait = wait(caller, limit: limit, now: now)
        if wait == 0 { count(caller, now: now) }
        return wait
    }

    mutating func count(_ caller: Caller, now: Int64) {
        if now >= nextSweep || now < nextSweep - Self.window {
            nextSweep = now + Self.window
            buckets = buckets.filter { now - $0.value.start < Self.window }
        }
        var bucket = buckets[caller.key] ?? Bucket(start: now)
        if now - bucket.start >= Self.window { bucket = Bucket(start: now) }
        bucket.count += 1
        if buckets[caller.key] != nil || buckets.count < Self.capacity { buckets[caller.key] = bucket }
    }
}
