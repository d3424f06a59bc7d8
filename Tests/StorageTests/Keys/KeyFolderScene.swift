import FoundationEssentials
import Glibc
import JOSE
import TestSupport

@testable import Storage

/// A folder for keys that nobody has made yet, and what lies in it.
struct KeyFolderScene {
    let scratch: ScratchFolder
    let now = ScratchStores.now
    var path: String { scratch.path("keys") }
    var keys: KeyFolder { KeyFolder(path) }

    init() throws {
        scratch = try ScratchFolder()
    }

    /// The names of its files.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// The permissions of the file or folder at `path`; 0 where there is none.
    func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
