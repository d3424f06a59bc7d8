import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to be the one process that serves a database: an advisory lock on a file beside it, which the system
/// drops when the process ends however it ends. The file stays, holding the process id for the next one to read.
final class OwnerLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Throws `.locked` when another holds the lock.
    init(_ file: DatabaseFile) throws(DatabaseError) {
        let descriptor = DatabaseFile.open(file.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: file.lock, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let process = OwnerLock.process(in: descriptor)
            close(descriptor)
            throw .locked(path: file.path, process: process)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            close(descriptor)
            throw .cannotOpen(path: file.lock, reason: "cannot write it")
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Gives the right up; again is nothing.
    func release() {
        let descriptor = descriptor.withLock { held in
            defer { held = nil }
            return held
        }
        guard let descriptor else { return }
        _ = ftruncate(descriptor, 0)
        // A child that is being started may hold a copy of the descriptor, and closing ours alone would leave the lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func process(in descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        return Int32(String(decoding: text.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
