#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps the owner's checkpoints and the guests' commits apart: an advisory lock on a file beside the database, which
/// the system drops when the process ends however it ends.
///
/// SQLite before 3.51.3 can lose pages when one connection checkpoints while another commits and so resets the log.
/// The owner holds the lock around each checkpoint, a guest around each of its transactions. The owner's own commits
/// need no lock: they run on the thread that checkpoints.
///
/// The file is never removed: a second file of the same name would be a second lock.
final class CheckpointLock: Sendable {
    private let descriptor: Int32

    /// Opens the file. The owner makes it (mode 0600) where it is missing; a guest throws `.cannotOpen` instead, for a
    /// server that made none takes none.
    init(_ file: DatabaseFile, create: Bool) throws(DatabaseError) {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0)
        descriptor = DatabaseFile.open(file.checkpointLock, flags, 0o600)
        guard descriptor >= 0 else {
            let reason =
                errno == ENOENT ? "it is missing: start the server anew" : String(cString: strerror(errno))
            throw .cannotOpen(path: file.checkpointLock, reason: reason)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock, or gives false when another holds it.
    func take() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Takes the lock, waiting for it so long at most; false when another held it all the time. Blocks the thread.
    func take(within patience: Duration) -> Bool {
        let end = ContinuousClock.now + patience
        while !take() {
            guard ContinuousClock.now < end else { return false }
            usleep(2000)
        }
        return true
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }
}
