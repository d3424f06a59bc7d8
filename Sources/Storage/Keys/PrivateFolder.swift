#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of small files that only their owner may read. Throws `KeyFolderError`.
struct PrivateFolder: Sendable {
    private let path: String

    /// The most bytes that a file may have.
    private static let sizeLimit = 65_536

    init(_ path: String) {
        self.path = path
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder (mode 0700) where it is missing. One that others may write is refused: they could replace
    /// files.
    func make() throws(KeyFolderError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(path) }
        guard status.st_mode & 0o002 == 0 else { throw .permissions(path: path, mode: "o-w") }
    }

    /// The names of all files; empty when there is no folder.
    func names() throws(KeyFolderError) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure(path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// The content of a file. Refuses what is no plain file and what group or others can get at.
    func read(_ name: String) throws(KeyFolderError) -> [UInt8] {
        let path = path(of: name)
        let descriptor = DatabaseFile.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.sizeLimit else {
            throw .notAKey(path: path, wanted: "a key in a plain file")
        }
        guard status.st_mode & 0o077 == 0 else { throw .permissions(path: path, mode: "600") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { throw failure(path) }
        return bytes
    }

    /// Makes a file (mode 0600) that is there whole or not at all, after a crash too. Never replaces one.
    func write(_ bytes: [UInt8], to name: String) throws(KeyFolderError) {
        let path = path(of: name)
        let draft = try draft(bytes, of: name)
        defer { unlink(draft) }
        guard link(draft, path) == 0 else { throw errno == EEXIST ? .exists(path) : failure(path) }
        try sync()
    }

    /// Like `write`, in place of the file that is there.
    func replace(_ name: String, with bytes: [UInt8]) throws(KeyFolderError) {
        let draft = try draft(bytes, of: name)
        guard moveFile(draft, path(of: name)) == 0 else {
            unlink(draft)
            throw failure(path(of: name))
        }
        try sync()
    }

    /// Adds to the end of a file, which is made (mode 0600) where there is none.
    func append(_ bytes: [UInt8], to name: String) throws(KeyFolderError) {
        let path = path(of: name)
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let descriptor = DatabaseFile.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        let isWritten = putBytes(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else { throw failure(path) }
    }

    func rename(_ name: String, to fresh: String) throws(KeyFolderError) {
        guard moveFile(path(of: name), path(of: fresh)) == 0 else { throw failure(path(of: name)) }
        try sync()
    }

    /// Takes a file away; one that is gone already is no error.
    func remove(_ name: String) throws(KeyFolderError) {
        guard unlink(path(of: name)) == 0 || errno == ENOENT else { throw failure(path(of: name)) }
        try sync()
    }

    /// A new file of this process's own (mode 0600) with these bytes on the disk.
    private func draft(_ bytes: [UInt8], of name: String) throws(KeyFolderError) -> String {
        let draft = path(of: ".\(name).\(getpid())")
        unlink(draft)
        let descriptor = DatabaseFile.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(draft) }
        let isWritten = pwrite(descriptor, bytes, bytes.count, 0) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else {
            defer { unlink(draft) }
            throw failure(draft)
        }
        return draft
    }

    /// Makes the names in the folder durable.
    private func sync() throws(KeyFolderError) {
        let descriptor = DatabaseFile.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private func failure(_ path: String) -> KeyFolderError {
        .system(path: path, reason: String(cString: strerror(errno)))
    }
}

/// The system's `rename`, whose name is taken above.
private func moveFile(_ path: String, _ fresh: String) -> Int32 { rename(path, fresh) }

/// The system's `write`, whose name is taken above.
private func putBytes(_ descriptor: Int32, _ bytes: [UInt8], _ count: Int) -> Int { write(descriptor, bytes, count) }
