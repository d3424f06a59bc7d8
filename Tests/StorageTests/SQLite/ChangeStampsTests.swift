import Synchronization
import Testing

@testable import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct ChangeStampsTests {
    private let temporary: TemporaryDatabase
    private let file: DatabaseFile
    private let stamps: ChangeStamps

    init() throws {
        temporary = try TemporaryDatabase()
        file = try DatabaseFile(temporary.path, create: true)
        stamps = try ChangeStamps(file, create: true)
    }

    @Test func `what was read holds until its row changes, and then never again`() {
        let before = stamps.now
        #expect(stamps.holds(since: before, 1, 2))
        stamps.raise([3])
        #expect(stamps.holds(since: before, 1, 2))
        stamps.raise([2])
        #expect(!stamps.holds(since: before, 1, 2) && !stamps.holds(since: before, 2, 1))
        #expect(stamps.holds(since: before, 1, 1))
        #expect(stamps.holds(since: stamps.now, 1, 2))
        stamps.raise([])
        #expect(!stamps.holds(since: before, 1, 2))
    }

    @Test func `when anything may have changed, nothing holds`() {
        let before = stamps.now
        stamps.raiseAll()
        #expect(!stamps.holds(since: before, 1, 2))
        #expect(stamps.holds(since: stamps.now, 1, 2))
    }

    @Test func `what one process notes another sees, and it outlasts both`() throws {
        let before = stamps.now
        let other = try ChangeStamps(file, create: false)
        other.raise([7])
        #expect(!stamps.holds(since: before, 7, 7))
        let later = try ChangeStamps(file, create: true)
        #expect(!later.holds(since: before, 7, 7) && later.now == stamps.now)
    }

    @Test func `while a guest writes nothing holds, and after one that died all is read anew`() throws {
        let before = stamps.now
        let guest = try ChangeStamps(file, create: false)
        guest.beginGuest()
        #expect(!stamps.holds(since: stamps.now, 1, 2))
        guest.endGuest()
        #expect(stamps.holds(since: before, 1, 2))
        guest.beginGuest()
        stamps.endLostGuest()
        #expect(!stamps.holds(since: before, 1, 2))
        #expect(stamps.holds(since: stamps.now, 1, 2))
    }

    @Test func `an id has its place in every process, and ids spread over all places`() {
        #expect(ChangeStamps.stripe(of: "") == 16321)
        #expect(ChangeStamps.stripe(of: "00000000-0000-4000-8000-100000000001") == 3167)
        let places = Set((0..<10_000).map { ChangeStamps.stripe(of: "00000000-0000-4000-8000-\(100_000_000 + $0)") })
        #expect(places.count > 8000)
        #expect(places.allSatisfy { (0..<ChangeStamps.stripeCount).contains($0) })
    }

    @Test func `a guest takes no file that is missing, short or of another form`() throws {
        for spoil in [{ unlink($0) }, { truncate($0, 100) }, { path in truncate(path, 0) + truncate(path, 300_000) }] {
            _ = try ChangeStamps(file, create: true)
            #expect(spoil(file.changes) == 0)
            #expect(throws: DatabaseError.self) { try ChangeStamps(self.file, create: false) }
        }
        #expect(throws: Never.self) { try ChangeStamps(self.file, create: true) }
        #expect(throws: Never.self) { try ChangeStamps(self.file, create: false) }
    }

    /// Twice would take away what another thread got the place for in between.
    @Test func `a file is unmapped once, be it taken or refused`() throws {
        let unmapped = Mutex(0)
        let guest = { (path: DatabaseFile) throws in
            try ChangeStamps(path, create: false) { start, size in
                unmapped.withLock { $0 += 1 }
                munmap(start, size)
            }
        }
        do {
            let other = try guest(file)
            #expect(other.now == stamps.now && unmapped.withLock { $0 } == 0)
        }
        #expect(unmapped.withLock { $0 } == 1)
        #expect(truncate(file.changes, 0) + truncate(file.changes, 300_000) == 0)
        #expect(throws: DatabaseError.self) { try guest(file) }
        #expect(unmapped.withLock { $0 } == 2)
        #expect(truncate(file.changes, 100) == 0)
        #expect(throws: DatabaseError.self) { try guest(file) }
        #expect(unmapped.withLock { $0 } == 2, "what was never mapped")
    }
}
