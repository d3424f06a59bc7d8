#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small file that an operator keeps, read at once.
struct PlainFile {
    let path: String
    let bytes: [UInt8]
    private let mode: mode_t

    /// The most bytes that such a file may have.
    private static let sizeLimit = 1 << 20

    /// Nil when there is no file at `path`. Throws when it cannot be read, or is no plain file; `content` says of what.
    init?(_ path: String, of content: String) throws(ConfigurationError) {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ConfigurationError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0...Self.sizeLimit).contains(Int(status.st_size))
        else { throw ConfigurationError("\(path) is not a file of \(content)") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = fread(&bytes, 1, bytes.count, file)
        self.path = path
        self.bytes = Array(bytes[..<count])
        mode = status.st_mode
    }

    /// Whether anybody but the owner has one of these permissions (`0o077`: any at all).
    func isOpen(to permissions: mode_t) -> Bool { mode & permissions != 0 }
}
