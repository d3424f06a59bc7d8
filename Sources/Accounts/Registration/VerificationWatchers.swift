import Synchronization

/// Tells those who wait for the verification of an address that it is done.
package final class VerificationWatchers: Sendable {
    private let state = Mutex(State())

    /// What a watcher is told.
    package enum Signal: Sendable {
        case verified
        /// Nothing happened; the line is alive.
        case keepAlive
    }

    private struct State {
        var nextID = 0
        var waiting: [String: [Int: AsyncStream<Signal>.Continuation]] = [:]
    }

    package init() {}

    /// A stream that ends after `verified`, or when the server stops. Stop watching by ending its iteration.
    package func watch(_ email: EmailAddress) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(2))
        let id = state.withLock { state in
            state.nextID += 1
            state.waiting[email.key, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.forget(id, email) }
        return stream
    }

    /// Wakes all who watch `email`, for good.
    package func announce(_ email: EmailAddress) {
        let continuations = state.withLock { $0.waiting.removeValue(forKey: email.key) } ?? [:]
        for continuation in continuations.values {
            continuation.yield(.verified)
            continuation.finish()
        }
    }

    /// Gives every watcher a sign of life.
    package func keepAlive() {
        for continuation in all { continuation.yield(.keepAlive) }
    }

    /// Ends every stream: the server stops.
    package func endAll() {
        for continuation in all { continuation.finish() }
    }

    private var all: [AsyncStream<Signal>.Continuation] {
        state.withLock { $0.waiting.values.flatMap(\.values) }
    }

    private func forget(_ id: Int, _ email: EmailAddress) {
        state.withLock { state in
            state.waiting[email.key]?[id] = nil
            if state.waiting[email.key]?.isEmpty == true { state.waiting[email.key] = nil }
        }
    }
}
