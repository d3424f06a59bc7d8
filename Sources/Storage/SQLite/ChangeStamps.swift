import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// When which rows last changed, in numbers that every process over the database shares: a small file beside it, mapped into memory.
///
/// A clock counts the commits that changed a row which is told of (`Connection.noteChange`). Each such row has one of
/// `stripeCount` places, found by its id, with the count of its last change. Who reads takes the count *before* it reads: what
/// it read still holds as long as none of the places of its rows has a higher one. Two rows may share a place; then one of
/// them is read anew for nothing.
///
/// A guest says beforehand that it is about to write, so that nothing is believed between its commit and its raising of the
/// counts, even if it dies there.
///
/// Safe to send: what it points at is only ever touched as atomic values.
final class ChangeStamps: @unchecked Sendable {
    /// The places of rows: 256 KiB.
    static let stripeCount = 32_768
    private static let form: UInt64 = 0x6D61_7274_6C65_0001
    /// Where the words are: each of the first four in a line of the processor's cache of its own.
    private enum Word {
        static let form = 0
        static let clock = 8
        static let floor = 16
        static let guest = 24
        static let stripes = 32
        static let count = stripes + stripeCount
    }

    private let mapping: SharedMapping
    /// What is mapped.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Maps the file. The owner makes it (mode 0600) where it is missing; a guest throws `.cannotOpen` instead, for a server that
    /// made none would not learn what the guest changes.
    init(
        _ file: DatabaseFile,
        create: Bool,
        unmap: @escaping SharedMapping.Unmap = SharedMapping.systemUnmap
    ) throws(DatabaseError) {
        let path = file.changes
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0)
        let descriptor = DatabaseFile.open(path, flags, 0o600)
        guard descriptor >= 0 else {
            let reason =
                errno == ENOENT ? "it is missing: start the server anew" : String(cString: strerror(errno))
            throw .cannotOpen(path: path, reason: reason)
        }
        defer { close(descriptor) }
        let size = Word.count * MemoryLayout<UInt64>.size
        if create { try Self.reserve(size, of: descriptor, path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) >= size else {
            throw .cannotOpen(path: path, reason: "it is too short: start the server anew")
        }
        mapping = try SharedMapping(descriptor, size: size, path: path, unmap: unmap)
        words = mapping.start.bindMemory(to: Atomic<UInt64>.self, capacity: Word.count)
        let form = words[Word.form].load(ordering: .sequentiallyConsistent)
        if create, form == 0 { words[Word.form].store(Self.form, ordering: .sequentiallyConsistent) }
        guard form == Self.form || (create && form == 0) else {
            throw .cannotOpen(path: path, reason: "it is of another release: stop all processes and remove it")
        }
    }

    /// Makes the file long enough, on the disk too: writing to a mapped page that the disk has no place for ends the process.
    /// Changes nothing that is there.
    private static func reserve(_ size: Int, of descriptor: Int32, _ path: String) throws(DatabaseError) {
        #if canImport(Darwin)
        var status = stat()
        let isLong = fstat(descriptor, &status) == 0 && Int(status.st_size) >= size
        let failure = isLong || ftruncate(descriptor, off_t(size)) == 0 ? 0 : errno
        #else
        let failure = posix_fallocate(descriptor, 0, off_t(size))
        #endif
        if failure != 0 { throw .cannotOpen(path: path, reason: String(cString: strerror(failure))) }
    }

    /// The place of a row. The same in every process.
    static func stripe(of id: String) -> Int {
        // FNV-1a; the ids are ours, so nobody chooses which of them meet.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int((hash ^ hash >> 32) % UInt64(stripeCount))
    }

    /// The count to take before reading.
    var now: UInt64 { words[Word.clock].load(ordering: .sequentiallyConsistent) }

    /// Whether no row in these two places can have changed since the count was `stamp`.
    func holds(since stamp: UInt64, _ first: Int, _ second: Int) -> Bool {
        words[Word.guest].load(ordering: .acquiring) == 0
            && words[Word.floor].load(ordering: .acquiring) <= stamp
            && words[Word.stripes + first].load(ordering: .acquiring) <= stamp
            && words[Word.stripes + second].load(ordering: .acquiring) <= stamp
    }

    /// Notes that rows in these places have changed: after the commit, before anybody is told of it.
    func raise(_ stripes: [Int]) {
        guard !stripes.isEmpty else { return }
        let stamp = next()
        for stripe in stripes { words[Word.stripes + stripe].max(stamp, ordering: .sequentiallyConsistent) }
    }

    /// Notes that any row may have changed.
    func raiseAll() {
        words[Word.floor].max(next(), ordering: .sequentiallyConsistent)
    }

    private func next() -> UInt64 {
        words[Word.clock].wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }

    /// A guest is about to write. Only under the `CheckpointLock`.
    func beginGuest() {
        endLostGuest()
        words[Word.guest].store(1, ordering: .sequentiallyConsistent)
    }

    /// The guest has raised what it changed.
    func endGuest() {
        words[Word.guest].store(0, ordering: .sequentiallyConsistent)
    }

    var hasGuest: Bool { words[Word.guest].load(ordering: .relaxed) != 0 }

    /// Whoever holds the `CheckpointLock` and finds a guest announced finds one that died: anything may have changed.
    func endLostGuest() {
        guard hasGuest else { return }
        raiseAll()
        endGuest()
    }
}
