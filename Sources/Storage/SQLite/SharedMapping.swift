#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The first bytes of a file in memory, shared with every process that maps it. They are given back once, when this value ends, and by
/// nothing else: right after, their place may be another's.
struct SharedMapping: ~Copyable {
    let start: UnsafeMutableRawPointer
    /// In bytes.
    let size: Int
    private let unmap: Unmap

    /// Gives `size` bytes at `start` back to the system.
    typealias Unmap = @Sendable (_ start: UnsafeMutableRawPointer, _ size: Int) -> Void

    static let systemUnmap: Unmap = { munmap($0, $1) }

    /// Maps `size` bytes of the file behind `descriptor`, to be read and written; `path` is for who reads the error. Throws `.cannotOpen`.
    init(
        _ descriptor: Int32,
        size: Int,
        path: String,
        unmap: @escaping Unmap = Self.systemUnmap
    ) throws(DatabaseError) {
        let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let pages, pages != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        start = pages
        self.size = size
        self.unmap = unmap
    }

    deinit {
        unmap(start, size)
    }
}
