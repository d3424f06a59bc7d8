import Provider
import Synchronization

/// Keeps the logout tokens that were sent.
final class RecordingLogoutCarrier: LogoutCarrier {
    struct Unreachable: Error {}

    private let failing: Mutex<String?>
    private let record = Mutex<[(token: String, address: String)]>([])

    init(failing: String? = nil) {
        self.failing = Mutex(failing)
    }

    var sent: [(token: String, address: String)] { record.withLock { $0 } }

    func mend() { failing.withLock { $0 = nil } }

    func post(_ token: String, to address: String) async throws {
        guard failing.withLock({ $0 }) != address else { throw Unreachable() }
        record.withLock { $0.append((token, address)) }
    }
}
