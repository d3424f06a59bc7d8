import Dispatch
import Synchronization

/// Read-only connections, opened when first needed and kept: as many as there have been readers at one time, up to a
/// bound. Readers see what is committed and never wait for the writer.
final class ReaderPool: Sendable {
    /// Safe to send: a connection is in this list or with the one reader that took it, never both.
    private struct Idle: @unchecked Sendable {
        let connection: Connection
    }

    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    private let path: String
    private let permits: DispatchSemaphore
    private let state = Mutex(State())

    init(path: String, bound: Int) {
        self.path = path
        permits = DispatchSemaphore(value: bound)
    }

    /// Runs `body` with a connection. Throws `.overloaded` when none came free within 2 seconds, `.unavailable` after
    /// the pool was closed.
    func read<T>(_ body: (Connection) throws -> T) throws -> T {
        guard permits.wait(timeout: .now() + 2) == .success else { throw DatabaseError.overloaded }
        defer { permits.signal() }
        let connection = try take()
        defer { giveBack(connection) }
        return try body(connection)
    }

    /// Closes the idle connections; one that is in use closes when its reader is done.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        _ = idle
    }

    private func take() throws(DatabaseError) -> Connection {
        let (idle, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
        guard !isClosed else { throw .unavailable("the database is closed") }
        if let idle { return idle.connection }
        return try Connection.open(path, for: .reading)
    }

    private func giveBack(_ connection: Connection) {
        let idle = Idle(connection: connection)
        state.withLock { state in
            if !state.isClosed { state.idle.append(idle) }
        }
    }
}
