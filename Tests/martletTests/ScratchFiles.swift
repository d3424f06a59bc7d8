#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import FoundationEssentials
import TestSupport

extension ScratchFolder {
    /// Writes a file that only its owner can read.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        chmod(path(name), 0o600)
    }

    /// Lets everybody read a file.
    func open(_ name: String) throws { chmod(path(name), 0o644) }

    /// The text of a file, or nil.
    func text(of name: String) -> String? {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The permission bits of a file; nil when there is none.
    func mode(of name: String) -> mode_t? {
        var status = stat()
        return stat(path(name), &status) == 0 ? status.st_mode & 0o777 : nil
    }
}
