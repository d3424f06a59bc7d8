@testable import Storage
import Synchronization
import Testing

struct CheckpointTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    /// The lock as another process would hold it.
    private func lock() throws -> CheckpointLock {
        try CheckpointLock(try DatabaseFile(temporary.path, create: false), create: false)
    }

    private func options(
        _ role: Database.Role = .owner,
        pages: Int = 10,
        walLimit: Int = 64 << 20,
        patience: Duration = .seconds(60)
    ) -> Database.Options {
        var options = Database.Options(role: role)
        options.checkpointPages = pages
        options.walLimit = walLimit
        options.checkpointPatience = patience
        return options
    }

    /// Inserts 50 rows of a page each, one commit after the other, and lets the writer end what follows the last.
    private func fill(_ database: Database, from first: Int64) async throws {
        for id in first..<(first + 50) { try await database.insert(id, String(repeating: "x", count: 4000)) }
        try await database.write { _ in }
    }

    private var logSize: Int { temporary.size(of: "/martlet.db-wal") }

    private var databaseSize: Int { temporary.size(of: "/martlet.db") }

    @Test(arguments: [(10, 64 << 20), (1_000_000, 100_000)])
    func `the owner checkpoints only while nobody else holds the lock`(pages: Int, walLimit: Int) async throws {
        let database = try await temporary.openWithItems(options(pages: pages, walLimit: walLimit))
        let lock = try lock()
        #expect(lock.take(within: .seconds(60)))
        let before = databaseSize
        try await fill(database, from: 0)
        let grown = logSize
        #expect(grown > 200_000)
        #expect(databaseSize == before)
        lock.release()
        try await fill(database, from: 50)
        #expect(logSize <= grown + 50_000)
        #expect(databaseSize > before + 200_000)
        #expect(try database.itemCount() == 100)
        await database.close()
    }

    @Test func `the owner holds the lock during each checkpoint and only then`() async throws {
        let found = Mutex<[Bool]>([])
        await (try await temporary.openWithItems()).close()
        let lock = try lock()
        var options = options()
        options.onCheckpoint = { _, _ in
            let isFree = lock.take()
            if isFree { lock.release() }
            found.withLock { $0.append(isFree) }
        }
        let database = try temporary.open(options)
        for id in 0..<30 {
            let isFree = try await database.write { connection in
                try connection.execute("INSERT INTO item VALUES ($1, 'a')", [.integer(Int64(id))])
                defer { lock.release() }
                return lock.take()
            }
            #expect(isFree)
        }
        let checkpoints = found.withLock { $0 }
        #expect(checkpoints.count >= 2)
        #expect(!checkpoints.contains(true))
        await database.close()
        #expect(found.withLock { $0.count } > checkpoints.count)
        #expect(!found.withLock { $0.contains(true) })
        #expect(lock.take())
    }

    @Test func `a guest holds the lock during each transaction and only then`() async throws {
        let owner = try await temporary.openWithItems()
        let guest = try temporary.open(options(.guest))
        let lock = try lock()
        for id in 0..<5 {
            let isFree = try await guest.write { connection in
                try connection.execute("INSERT INTO item VALUES ($1, 'a')", [.integer(Int64(id))])
                return lock.take()
            }
            #expect(!isFree)
        }
        #expect(lock.take(within: .seconds(60)))
        lock.release()
        await guest.close()
        await owner.close()
    }

    @Test func `a guest's write waits while the owner checkpoints`() async throws {
        let owner = try await temporary.openWithItems()
        let guest = try temporary.open(options(.guest))
        let lock = try lock()
        #expect(lock.take())
        let runs = Mutex(0)
        #expect(
            guest.enqueue {
                runs.withLock { $0 += 1 }
                try $0.execute("INSERT INTO item VALUES (100, 'a')")
            }
        )
        while guest.waitingWrites > 0 { await Task.yield() }
        for id in 0..<20 { try await owner.insert(Int64(id)) }
        #expect(runs.withLock { $0 } == 0)
        lock.release()
        await guest.close()
        #expect(runs.withLock { $0 } == 1)
        #expect(try owner.itemCount() == 21)
    }

    @Test func `a guest gives up in the end, and the next write goes on`() async throws {
        let owner = try await temporary.openWithItems()
        let guest = try temporary.open(options(.guest, patience: .milliseconds(50)))
        let lock = try lock()
        #expect(lock.take())
        let error = await #expect(throws: DatabaseError.self) { try await guest.insert(1) }
        guard case .unavailable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("checkpoint"))
        #expect(try owner.itemCount() == 0)
        lock.release()
        try await guest.insert(2)
        #expect(try owner.itemCount() == 1)
    }

    @Test(arguments: [true, false])
    func `closing leaves the log where a guest keeps the lock, and loses nothing`(isHeld: Bool) async throws {
        let owner = try await temporary.openWithItems(options(patience: .milliseconds(50)))
        try await owner.insert(1)
        let lock = try lock()
        if isHeld { #expect(lock.take(within: .seconds(60))) }
        await owner.close()
        #expect((logSize > 0) == isHeld)
        #expect(try temporary.open().itemCount() == 1)
    }

    /// Opens it when whoever had it has let go: its threads may still be about to.
    private func openAtLast() async throws -> Database {
        while true {
            do {
                return try temporary.open()
            } catch DatabaseError.locked {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test func `a database that is dropped unclosed does not checkpoint`() async throws {
        var owner: Database? = try await temporary.openWithItems()
        try await owner?.insert(1)
        let before = databaseSize
        owner = nil
        let next = try await openAtLast()
        #expect(databaseSize == before)
        #expect(logSize > 0)
        #expect(try next.itemCount() == 1)
    }
}
