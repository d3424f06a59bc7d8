import JOSE
import OAuth
import Synchronization

/// Refuses a client that pushes too many requests in a minute (RFC 9126 §2.3). Who proves who it is counts wherever it calls from; a name that
/// anybody may use counts at each network apart, so that nobody uses it up for others.
final class PushLimit: Sendable {
    private let settings: Settings
    private let now: @Sendable () -> Timestamp
    private let windows = Mutex(CallWindows())

    init(_ dependencies: Dependencies) {
        settings = dependencies.settings
        now = dependencies.now
    }

    /// Counts one request that `client` pushes from `network`. Throws 429 with `Retry-After`.
    func count(_ client: Client, from network: @autoclosure () -> String) throws(OAuthError) {
        guard settings.limitsRates else { return }
        let time = now().seconds
        let caller = CallWindows.Caller(client.id, at: client.authentication == .none ? network() : nil)
        let wait = windows.withLock { $0.admit(caller, limit: settings.pushesPerClient, now: time) }
        guard wait > 0 else { return }
        throw OAuthError(
            .tooManyRequests,
            "too many requests were pushed; wait for Retry-After seconds",
            FailedCheck(
                "rate limit",
                expected: "\(settings.pushesPerClient) in a minute",
                seen: FailedCheck.excerpt(client.id.description)
            ),
            fields: [.init("Retry-After", "\(wait)")]
        )
    }
}
