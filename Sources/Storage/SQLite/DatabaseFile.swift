#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The database file and those beside it (`-wal`, `-shm`, `.lock`, `.checkpoint`, `.changes`): who may read them, and that they exist.
struct DatabaseFile {
    /// Without symbolic links, so that two names of one file share one lock.
    let path: String

    var writeAheadLog: String { path + "-wal" }
    var lock: String { path + ".lock" }
    var checkpointLock: String { path + ".checkpoint" }
    var changes: String { path + ".changes" }

    /// Finds the file. With `create`, a missing file is made with mode 0600, each missing folder above it with
    /// 0700.
    init(_ path: String, create: Bool) throws(DatabaseError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        if create {
            try Self.makeFolder(directory)
            let descriptor = Self.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                close(descriptor)
            } else if errno != EEXIST {
                throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
            }
        }
        guard let resolved = realpath(path, nil) else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        self.path = String(cString: resolved)
        free(resolved)
    }

    private static func makeFolder(_ path: String) throws(DatabaseError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }

    /// Refuses files that group or others may read or write. Never opens them: closing any descriptor of a database
    /// file drops the locks that the process holds on it.
    func checkPermissions() throws(DatabaseError) {
        for file in [path, writeAheadLog, path + "-shm", lock, checkpointLock, changes] {
            var status = stat()
            if lstat(file, &status) == 0, status.st_mode & 0o077 != 0 {
                throw .permissions(path: file)
            }
        }
    }

    /// Bytes in the write-ahead log, 0 when there is none.
    var writeAheadLogSize: Int {
        var status = stat()
        return lstat(writeAheadLog, &status) == 0 ? Int(status.st_size) : 0
    }

    static func open(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
        Glibc.open(path, flags, mode)
        #elseif canImport(Musl)
        Musl.open(path, flags, mode)
        #else
        Darwin.open(path, flags, mode)
        #endif
    }
}
