import Synchronization

/// Hands new messages to the open event streams of their sender and recipient.
package final class MessageFeed: Sendable {
    /// What an open stream is told.
    package enum Signal: Sendable {
        case message(Message)
        /// Nothing happened; the line is alive.
        case keepAlive
    }

    /// Signals that wait for a slow reader; beyond it the oldest are dropped and the reader finds them in its messages.
    private static let backlog = 256

    private struct State {
        var nextID = 0
        var listeners: [Person: [Int: AsyncStream<Signal>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The messages that `person` sends and gets from now on. Stop listening by ending the iteration.
    package func listen(as person: Person) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Signal.self,
            bufferingPolicy: .bufferingNewest(Self.backlog)
        )
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[person, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.forget(id, person) }
        return stream
    }

    /// Tells both sides of a message.
    package func announce(_ message: Message) {
        let listeners = state.withLock { state in
            Set([message.sender, message.recipient]).flatMap { state.listeners[$0].map { Array($0.values) } ?? [] }
        }
        for listener in listeners { listener.yield(.message(message)) }
    }

    /// Gives every stream a sign of life.
    package func keepAlive() {
        for listener in all { listener.yield(.keepAlive) }
    }

    /// Whether the person has an open stream.
    package func isListening(_ person: Person) -> Bool {
        state.withLock { $0.listeners[person] != nil }
    }

    private var all: [AsyncStream<Signal>.Continuation] {
        state.withLock { $0.listeners.values.flatMap(\.values) }
    }

    private func forget(_ id: Int, _ person: Person) {
        state.withLock { state in
            state.listeners[person]?[id] = nil
            if state.listeners[person]?.isEmpty == true { state.listeners[person] = nil }
        }
    }
}
