/// The database: reads on pooled read-only connections, writes through one writer that commits many at a time.
///
/// Time is never read from the calendar here; what a row needs of it is passed in.
package final class Database: Sendable {
    /// What a process is to the database that it opens.
    package enum Role: Sendable {
        /// The server: holds the lock file, creates what is missing, checkpoints while no guest writes.
        case owner
        /// An administration command beside a running server: creates nothing, never checkpoints, keeps the server from
        /// checkpointing while it writes.
        case guest
    }

    /// How to open the database; the defaults are those of the server.
    package struct Options: Sendable {
        /// Owner or guest.
        package var role: Role
        /// The most readers at one time; further ones wait.
        package var readers: Int
        /// The most writes in one commit.
        package var batchLimit: Int
        /// The most writes that may wait.
        package var queueLimit: Int
        /// How long a write may wait before it begins. A guest's waits longer: for its turn with a server that is busy.
        package var patience: Duration
        /// How long a guest's writes wait for the owner's checkpoint, and the owner's closing for a guest's writes.
        package var checkpointPatience: Duration
        /// Pages in the write-ahead log at which the owner checkpoints after a commit.
        package var checkpointPages: Int
        /// Bytes of write-ahead log beyond which it is emptied.
        package var walLimit: Int
        /// Told of each commit on the writer's thread: the number of writes in it and the seconds it took.
        package var onCommit: (@Sendable (_ writes: Int, _ seconds: Double) -> Void)?
        /// Told of each checkpoint on the owner's writer's thread, while guests are still kept out: whether it moved the
        /// whole log, and the seconds it took.
        package var onCheckpoint: (@Sendable (_ isComplete: Bool, _ seconds: Double) -> Void)?

        /// The defaults, with what is given here in their place.
        package init(
            role: Role = .owner,
            readers: Int = 64,
            batchLimit: Int = 512,
            queueLimit: Int = 10_000,
            onCommit: (@Sendable (_ writes: Int, _ seconds: Double) -> Void)? = nil
        ) {
            self.role = role
            self.readers = readers
            self.batchLimit = batchLimit
            self.queueLimit = queueLimit
            self.onCommit = onCommit
            patience = role == .owner ? .seconds(2) : .seconds(12)
            checkpointPatience = .seconds(5)
            checkpointPages = 1000
            walLimit = 64 << 20
        }
    }

    private let readers: ReaderPool
    private let writer: Writer
    /// When rows last changed, whichever process changed them.
    let stamps: ChangeStamps

    /// Opens the database and checks its settings. Throws `.locked` when another owner runs, `.permissions` when group
    /// or others can get at its files, `.setting`, `.cannotOpen`, `.corrupt`.
    package init(path: String, options: Options = Options()) throws(DatabaseError) {
        let isOwner = options.role == .owner
        let file = try DatabaseFile(path, create: isOwner)
        try file.checkPermissions()
        // Made before the owner's lock is taken, so that who finds that one taken finds this file.
        let checkpointLock = try CheckpointLock(file, create: isOwner)
        stamps = try ChangeStamps(file, create: isOwner)
        let side: Writer.Side =
            isOwner
            ? .owner(try OwnerLock(file), Checkpointer(checkpointLock, file: file, options: options))
            : .guest(checkpointLock)
        let connection = try Connection.open(file.path, for: isOwner ? .writing : .guestWriting)
        writer = Writer(connection, side, stamps: stamps, options: options)
        readers = ReaderPool(path: file.path, bound: options.readers)
    }

    /// Reads what is committed, at once and without waiting for the writer. Each statement sees its own moment.
    ///
    /// Throws what `body` throws, and `.overloaded` or `.unavailable`. Never calls itself from `body`.
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        try readers.read(body)
    }

    /// Writes, and returns when that is durable. `body` runs in a transaction together with other callers' writes but
    /// alone in its savepoint: when it throws, its changes and no others are undone and the error comes back here.
    /// It may run before a commit that fails, so it does nothing but use the connection.
    ///
    /// Throws `.overloaded` at once when too many writes wait, `.unavailable` when it waited too long or the commit
    /// failed: then nothing of it counts.
    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { caller in
            if let refusal = writer.add(AwaitedWrite(body, caller: caller)) {
                caller.resume(throwing: refusal)
            }
        }
    }

    /// Runs statements without a transaction on the connection that writes: what it is to have for itself, such as temporary
    /// triggers.
    func prepareWriting(_ sql: String) async throws {
        try await writer.prepare(sql)
    }

    /// Queues a write that nobody waits for and that may be lost. False when it was dropped because the queue is
    /// more than a quarter full, or closed.
    package func enqueue(_ body: @escaping @Sendable (Connection) throws -> Void) -> Bool {
        writer.add(UnawaitedWrite(body), share: 4) == nil
    }

    /// How many writes wait for the writer now.
    package var waitingWrites: Int { writer.waitingCount }

    /// Finishes the writes that wait, empties the write-ahead log, closes. Afterwards everything throws `.unavailable`.
    package func close() async {
        readers.close()
        await writer.close()
    }
}
