#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import FoundationEssentials

/// A folder of a test's own (mode 0700), removed with everything in it when the value goes.
package final class ScratchFolder: Sendable {
    /// The path of the folder, without a slash at its end.
    package let path: String

    /// Throws when the system's temporary folder cannot be written.
    package init() throws {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/martlet-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchFolderError(code: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file of this name in the folder; makes nothing.
    package func path(_ name: String) -> String { "\(path)/\(name)" }
}

/// The folder could not be made; `code` is the system's `errno`.
package struct ScratchFolderError: Error {
    package let code: Int32
}
