import CSQLite
import Dispatch
import Synchronization

/// The single writer: takes what is queued, runs each write in a savepoint of its own inside one transaction, and
/// answers the callers after the commit. A write is therefore durable when its caller goes on, and one disk flush
/// serves many of them.
///
/// Safe to send: the connection and the checkpointer are touched only on the serial queue.
final class Writer: @unchecked Sendable {
    /// What the writer owes the other process that may write.
    enum Side {
        /// The owner's lock is held here and not by the database, so that it outlasts the last write.
        case owner(OwnerLock, Checkpointer)
        /// Holds the lock around each transaction, from before it begins until after its commit.
        case guest(CheckpointLock)
    }

    private struct Waiting {
        var writes: [any QueuedWrite] = []
        var isRunning = false
        var isClosed = false
    }

    private let options: Database.Options
    private let thread = DispatchQueue(label: "martlet.database.writer")
    private let waiting = Mutex(Waiting())
    private var connection: Connection?
    private let side: Side
    private let stamps: ChangeStamps
    /// How long a transaction waits to begin while another process writes, in milliseconds.
    private let busyTimeout: Int32

    init(_ connection: sending Connection, _ side: sending Side, stamps: ChangeStamps, options: Database.Options) {
        busyTimeout = connection.busyTimeout
        self.connection = connection
        self.side = side
        self.stamps = stamps
        self.options = options
    }

    /// Queues a write, or says why not. `share` is the part of the queue that may be full already.
    func add(_ write: any QueuedWrite, share: Int = 1) -> DatabaseError? {
        waiting.withLock { waiting in
            guard !waiting.isClosed else { return .unavailable("the database is closed") }
            guard waiting.writes.count < options.queueLimit / share else { return .overloaded }
            waiting.writes.append(write)
            if !waiting.isRunning {
                waiting.isRunning = true
                thread.async { self.drain() }
            }
            return nil
        }
    }

    var waitingCount: Int { waiting.withLock { $0.writes.count } }

    /// Runs statements between two transactions. Waits for no other process.
    func prepare(_ sql: String) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            thread.async {
                done.resume(
                    with: Result {
                        guard let connection = self.connection else {
                            throw DatabaseError.unavailable("the database is closed")
                        }
                        try connection.executeScript(sql)
                    }
                )
            }
        }
    }

    /// Refuses new writes, finishes those that wait, empties the write-ahead log if this is the owner, closes.
    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { done in
            thread.async {
                self.drain()
                self.disconnect()
                done.resume()
            }
        }
    }

    private func drain() {
        while let batch = nextBatch() {
            guard let connection else { return }
            switch side {
            case .owner(_, let checkpointer):
                commit(batch, on: connection)
                checkpointer.endLostGuest(stamps)
                checkpointer.runIfDue(on: connection)
            case .guest(let lock):
                guard lock.take(within: options.checkpointPatience) else {
                    let failure = DatabaseError.unavailable("the lock for checkpoints was not free in time: try again")
                    for write in batch { write.settle(failure) }
                    continue
                }
                stamps.beginGuest()
                commit(batch, on: connection)
                stamps.endGuest()
                lock.release()
            }
        }
    }

    private func disconnect() {
        guard case .owner(let lock, let checkpointer) = side else {
            connection = nil
            return
        }
        let isAlone = connection.map { checkpointer.beginClosing($0) } ?? false
        connection = nil
        if isAlone { checkpointer.endClosing() }
        lock.release()
    }

    private func nextBatch() -> [any QueuedWrite]? {
        waiting.withLock { waiting in
            guard !waiting.writes.isEmpty else {
                waiting.isRunning = false
                return nil
            }
            let batch = Array(waiting.writes.prefix(options.batchLimit))
            waiting.writes.removeFirst(batch.count)
            return batch
        }
    }

    private func commit(_ batch: [any QueuedWrite], on connection: Connection) {
        let clock = ContinuousClock()
        let start = clock.now
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        do throws(DatabaseError) {
            try begin(on: connection, within: busyTimeout(for: batch, at: start))
            connection.requiresTransaction = true
            let begin = clock.now
            for (index, write) in batch.enumerated() {
                let waited = begin - write.queuedAt
                failures[index] =
                    waited > options.patience
                    ? DatabaseError.unavailable("the write waited too long") : try perform(write, on: connection)
            }
            connection.requiresTransaction = false
            try connection.execute("COMMIT")
        } catch {
            connection.requiresTransaction = false
            if connection.isInTransaction { _ = try? connection.execute("ROLLBACK") }
            // What became of a commit that failed is not known.
            stamps.raise(connection.takeChanges())
            let failure = DatabaseError.unavailable("the transaction failed: \(error)")
            for write in batch { write.settle(failure) }
            return
        }
        stamps.raise(connection.takeChanges())
        for (write, failure) in zip(batch, failures) { write.settle(failure) }
        let kept = failures.count { $0 == nil }
        if kept > 0 { options.onCommit?(kept, (clock.now - start) / .seconds(1)) }
    }

    /// Begins a transaction, waiting so many milliseconds at most. The library's own waiting looks again every tenth of
    /// a second in the end, and a busy owner leaves gaps of microseconds: a guest looks every millisecond.
    private func begin(on connection: Connection, within timeout: Int32) throws(DatabaseError) {
        guard case .guest = side else {
            connection.busyTimeout = timeout
            try connection.execute("BEGIN IMMEDIATE")
            return
        }
        connection.busyTimeout = min(timeout, 1)
        defer { connection.busyTimeout = busyTimeout }
        let end = ContinuousClock.now + .milliseconds(Int(timeout))
        while true {
            do throws(DatabaseError) {
                try connection.execute("BEGIN IMMEDIATE")
                return
            } catch {
                guard case .unavailable = error, ContinuousClock.now < end else { throw error }
            }
        }
    }

    /// What the oldest write of the batch has left of its patience, at most the usual: behind a batch that found the
    /// database busy, the next one would wait as long again.
    private func busyTimeout(for batch: [any QueuedWrite], at now: ContinuousClock.Instant) -> Int32 {
        guard let oldest = batch.first?.queuedAt else { return busyTimeout }
        let left = (options.patience - (now - oldest)) / .milliseconds(1)
        return Int32(min(Double(busyTimeout), max(0, left)))
    }

    /// Runs one write in its savepoint and gives its error, if any, after undoing it. Throws when the whole
    /// transaction is lost.
    private func perform(_ write: any QueuedWrite, on connection: Connection) throws(DatabaseError) -> (any Error)? {
        try connection.execute("SAVEPOINT one_write")
        do {
            try write.perform(on: connection)
            try connection.checkDeferredForeignKeys()
            try connection.execute("RELEASE one_write")
            return nil
        } catch {
            guard connection.isInTransaction else { throw .unavailable("\(error)") }
            try connection.execute("ROLLBACK TO one_write")
            try connection.execute("RELEASE one_write")
            return error
        }
    }
}

extension Connection {
    /// Deferred foreign keys are checked at commit, where they would take the whole batch with them: each write
    /// answers for its own.
    fileprivate func checkDeferredForeignKeys() throws(DatabaseError) {
        var unresolved: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &highest, 0)
        if unresolved != 0 { throw .constraint(ConstraintViolation(kind: .foreignKey, columns: [])) }
    }
}
