import JOSE
import OAuth
import Synchronization

/// Refuses a caller after too many failed authentications within a minute. Successes are not counted, so a busy client is never
/// limited. A client's failures count at each address apart: nobody locks out a client from elsewhere.
final class FailureLimit: Sendable {
    private let settings: Settings
    private let now: @Sendable () -> Timestamp
    private let windows = Mutex(CallWindows())

    init(settings: Settings, now: @escaping @Sendable () -> Timestamp) {
        self.settings = settings
        self.now = now
    }

    /// Throws 429 with `Retry-After` when the client at this address, or the address, has failed too often.
    func check(client: Client.ID, address: @autoclosure () -> String) throws(OAuthError) {
        // Nearly every request: nobody has failed lately, and nobody need know the address.
        guard settings.limitsRates, windows.withLock({ !$0.isEmpty }) else { return }
        let address = address()
        let time = now().seconds
        let wait = windows.withLock { windows in
            max(
                windows.wait(.init(client, at: address), limit: settings.failuresPerClient, now: time),
                windows.wait(.init(nil, at: address), limit: settings.failuresPerAddress, now: time)
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
            for caller in [CallWindows.Caller(client, at: address), .init(nil, at: address)] {
                windows.count(caller, now: time)
            }
        }
    }
}
