import CSQLite
import Dispatch
import Synchronization

/// The single writer: takes what is queued, runs each write in a savepoint of its own inside one transaction, and
/// answers the callers after the commit. A write is therefore durable when its caller goes on, and one disk flush
/// serves many of them.
///
/// Safe to send: the connection is touched only on the serial queue.
final class Writer: @unchecked Sendable {
    private struct Waiting {
        var writes: [any QueuedWrite] = []
        var isRunning = false
        var isClosed = false
    }

    private let file: DatabaseFile
    private let options: Database.Options
    private let thread = DispatchQueue(label: "martlet.database.writer")
    private let waiting = Mutex(Waiting())
    private var connection: Connection?
    /// Held here and not by the database, so that it outlasts the last write.
    private let lock: OwnerLock?
    /// The size in bytes of the write-ahead log at which the next attempt to empty it is made.
    private var truncateAt: Int

    init(_ connection: sending Connection, file: DatabaseFile, lock: OwnerLock?, options: Database.Options) {
        self.connection = connection
        self.file = file
        self.lock = lock
        self.options = options
        truncateAt = options.walLimit
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

    /// Refuses new writes, finishes those that wait, empties the write-ahead log if this is the owner, closes.
    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { done in
            thread.async {
                self.drain()
                if self.options.role == .owner { self.truncateLog() }
                self.connection = nil
                self.lock?.release()
                done.resume()
            }
        }
    }

    private func drain() {
        while let batch = nextBatch() {
            guard let connection else { return }
            commit(batch, on: connection)
            emptyLogIfLarge()
        }
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
            try connection.execute("BEGIN IMMEDIATE")
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
            let failure = DatabaseError.unavailable("the transaction failed: \(error)")
            for write in batch { write.settle(failure) }
            return
        }
        for (write, failure) in zip(batch, failures) { write.settle(failure) }
        let kept = failures.count { $0 == nil }
        if kept > 0 { options.onCommit?(kept, (clock.now - start) / .seconds(1)) }
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

    private func emptyLogIfLarge() {
        guard options.role == .owner, file.writeAheadLogSize > truncateAt else { return }
        truncateLog()
    }

    /// Moves the write-ahead log into the database and cuts it to nothing, without waiting for readers: when one is in
    /// the way, the next attempt comes after another eighth of the limit.
    private func truncateLog() {
        guard let connection else { return }
        sqlite3_busy_timeout(connection.handle, 0)
        defer { sqlite3_busy_timeout(connection.handle, 5000) }
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        truncateAt =
            code == SQLITE_OK ? options.walLimit : max(file.writeAheadLogSize, options.walLimit) + options.walLimit / 8
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
