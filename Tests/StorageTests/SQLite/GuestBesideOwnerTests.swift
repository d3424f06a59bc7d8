@testable import Storage
import Synchronization
import Testing

struct GuestBesideOwnerTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    /// What the callers were told is durable, and how many checkpoints ran meanwhile.
    private final class Record: Sendable {
        let ids = Mutex<Set<Int64>>([])
        let checkpoints = Mutex(0)
        let isDone = Mutex(false)

        func insert(_ id: Int64, into database: Database) async throws {
            try await database.insert(id, String(repeating: "x", count: 300))
            ids.withLock { _ = $0.insert(id) }
        }
    }

    /// Each guest waits for a checkpoint between two of its writes: guests that never pause would hold all of them off.
    @Test func `guests that write beside a busy owner lose nothing`() async throws {
        let record = Record()
        var options = Database.Options()
        options.checkpointPages = 4
        options.walLimit = 60_000
        options.onCheckpoint = { isComplete, _ in
            if isComplete { record.checkpoints.withLock { $0 += 1 } }
        }
        let owner = try await temporary.openWithItems(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    var id = Int64(caller)
                    while !record.isDone.withLock { $0 } {
                        try await record.insert(id, into: owner)
                        id += 4
                    }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { guests in
                for number in 1...3 {
                    let guest = try temporary.open(Database.Options(role: .guest))
                    guests.addTask {
                        for id in 0..<60 {
                            let seen = record.checkpoints.withLock { $0 }
                            try await record.insert(Int64(number * 10_000_000 + id), into: guest)
                            while record.checkpoints.withLock({ $0 }) == seen {
                                try await Task.sleep(for: .milliseconds(1))
                            }
                        }
                        await guest.close()
                    }
                }
                defer { record.isDone.withLock { $0 = true } }
                try await guests.waitForAll()
            }
            try await group.waitForAll()
        }
        await owner.close()
        let reopened = try temporary.open()
        let found = try reopened.read { try $0.query("SELECT id FROM item") { try $0.integer(0) } }
        #expect(Set(found) == record.ids.withLock { $0 })
        #expect(found.count { $0 >= 10_000_000 } == 180)
        #expect(try reopened.read { try $0.pragma("integrity_check") } == "ok")
        #expect(record.checkpoints.withLock { $0 } >= 60)
    }

    @Test func `the owner's callers are not kept waiting by a guest's long transaction`() async throws {
        await (try await temporary.openWithItems()).close()
        let owner = try Database(path: temporary.path)
        let guest = try temporary.open(Database.Options(role: .guest))
        let gate = Gate()
        #expect(gate.hold(guest))
        let clock = ContinuousClock()
        func refused(_ id: Int64) async -> Duration {
            let start = clock.now
            let error = await #expect(throws: DatabaseError.self) { try await owner.insert(id) }
            guard case .unavailable = error else {
                Issue.record("\(String(describing: error))")
                return .zero
            }
            return clock.now - start
        }
        // Whoever waits behind another waits twice as long each time; a busy machine makes it look so now and then.
        var ratios: [Double] = []
        for round in Int64(0)..<4 where ratios.allSatisfy({ $0 >= 1.7 }) {
            let alone = await refused(10 * round + 1)
            #expect(owner.enqueue { try $0.execute("INSERT INTO item VALUES ($1, 'a')", [.integer(10 * round + 2)]) })
            while owner.waitingWrites > 0 { await Task.yield() }
            ratios.append(await refused(10 * round + 3) / alone)
        }
        #expect(ratios.contains { $0 < 1.7 }, "\(ratios)")
        gate.open()
        await guest.close()
        #expect(try owner.itemCount() == 0)
        try await owner.insert(1000)
        #expect(try owner.itemCount() == 1)
    }
}
