import Synchronization

/// Tells those who wait for the verification of an address that it is done.
package final class VerificationWatchers: Sendable {
    private let state = Mutex(State())

    private struct State {
        var nextID = 0
        var waiting: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    package init() {}

    /// A stream that yields once when `email` is verified. Stop watching by ending its iteration.
    package func watch(_ email: EmailAddress) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextID += 1
            state.waiting[email.key, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.forget(id, email) }
        return stream
    }

    /// Wakes all who watch `email`.
    package func announce(_ email: EmailAddress) {
        let continuations = state.withLock { $0.waiting.removeValue(forKey: email.key) } ?? [:]
        for continuation in continuations.values {
            continuation.yield()
            continuation.finish()
        }
    }

    /// How many watch now.
    package var count: Int {
        state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } }
    }

    private func forget(_ id: Int, _ email: EmailAddress) {
        state.withLock { state in
            state.waiting[email.key]?[id] = nil
            if state.waiting[email.key]?.isEmpty == true { state.waiting[email.key] = nil }
        }
    }
}
