import CSQLite

/// Moves the write-ahead log into the database: for the owner only, on its writer's thread, between two batches, and
/// never without the lock.
///
/// Holds no connection, so that the writer alone decides when its own closes.
final class Checkpointer {
    private let lock: CheckpointLock
    private let file: DatabaseFile
    private let options: Database.Options
    /// The size in bytes of the write-ahead log at which the next attempt to empty it is made.
    private var truncateAt: Int
    /// Pages in the log when a reader last stood in the way of moving all of it; 0 when none did.
    private var stuckAt = 0

    init(_ lock: CheckpointLock, file: DatabaseFile, options: Database.Options) {
        self.lock = lock
        self.file = file
        self.options = options
        truncateAt = options.walLimit
    }

    /// Checkpoints when the log is long enough. Waits for nobody: while a guest holds the lock, this does nothing and a
    /// later batch tries again.
    func runIfDue(on connection: Connection) {
        let isLarge = file.writeAheadLogSize > truncateAt
        guard isLarge || isDue(connection.logPages), lock.take() else { return }
        defer { lock.release() }
        run(isLarge ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, on: connection)
    }

    /// Looks after a guest that died while it wrote: one that is announced and does not hold the lock.
    func endLostGuest(_ stamps: ChangeStamps) {
        guard stamps.hasGuest, lock.take() else { return }
        stamps.endLostGuest()
        lock.release()
    }

    /// Takes the lock for closing and empties the log; after it the connection may also checkpoint as it closes, which
    /// removes the log. False when a guest kept the lock: then the log stays for the next owner.
    func beginClosing(_ connection: Connection) -> Bool {
        guard lock.take(within: options.checkpointPatience) else { return false }
        run(SQLITE_CHECKPOINT_TRUNCATE, on: connection)
        try? connection.setCheckpointOnClose(true)
        return true
    }

    /// Gives the lock back once the connection is closed.
    func endClosing() {
        lock.release()
    }

    /// After a reader was in the way, the next attempt comes when the log has grown by another eighth, so that guests
    /// find the lock free meanwhile.
    private func isDue(_ pages: Int) -> Bool {
        pages >= options.checkpointPages && (pages < stuckAt || pages >= stuckAt + options.checkpointPages / 8)
    }

    /// Does not wait for readers: one in the way leaves the rest to a later attempt.
    private func run(_ mode: Int32, on connection: Connection) {
        let start = ContinuousClock.now
        let usual = connection.busyTimeout
        connection.busyTimeout = 0
        defer { connection.busyTimeout = usual }
        var pages: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, &pages, &moved)
        let isComplete = code == SQLITE_OK && pages == moved
        stuckAt = isComplete ? 0 : connection.logPages
        if isComplete { connection.logPages = 0 }
        if mode == SQLITE_CHECKPOINT_TRUNCATE {
            truncateAt =
                isComplete ? options.walLimit : max(file.writeAheadLogSize, options.walLimit) + options.walLimit / 8
        }
        options.onCheckpoint?(isComplete, (ContinuousClock.now - start) / .seconds(1))
    }
}
