import Storage
import Synchronization
import Testing

struct WriterTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    private struct Refused: Error, Equatable {}

    /// The outcome of a write, as a value.
    private func outcome(_ write: @escaping @Sendable () async throws -> Void) async -> (any Error)? {
        do {
            try await write()
            return nil
        } catch {
            return error
        }
    }

    /// Queues the writes one behind the other while the writer is held, so that they are one batch; gives their errors.
    private func batch(
        _ database: Database,
        _ bodies: [@Sendable (Connection) throws -> Void]
    ) async -> [(any Error)?] {
        let gate = Gate()
        #expect(gate.hold(database))
        return await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for (index, body) in bodies.enumerated() {
                group.addTask { (index, await outcome { try await database.write(body) }) }
                await database.untilWaiting(index + 1)
            }
            gate.open()
            return await group.reduce(into: [(any Error)?](repeating: nil, count: bodies.count)) { $0[$1.0] = $1.1 }
        }
    }

    private func insert(_ id: Int64) -> @Sendable (Connection) throws -> Void {
        { try $0.execute("INSERT INTO item VALUES ($1, 'a')", [.integer(id)]) }
    }

    /// More than a database limited to a few pages can take.
    private let tooMuch: @Sendable (Connection) throws -> Void = {
        try $0.execute("INSERT INTO item VALUES (99, $1)", [.text(String(repeating: "x", count: 400_000))])
    }

    @Test func `writes of many callers share commits and all land`() async throws {
        let commits = Mutex<[Int]>([])
        let options = Database.Options { writes, seconds in
            commits.withLock { $0.append(seconds > 0 ? writes : -1) }
        }
        let database = try await temporary.openWithItems(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<64 {
                group.addTask {
                    for number in 0..<20 {
                        let id = Int64(caller * 20 + number)
                        try await database.insert(id)
                        let found = try database.read {
                            try $0.first("SELECT id FROM item WHERE id = $1", [.integer(id)]) { try $0.integer(0) }
                        }
                        #expect(found == id)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try database.itemCount() == 1280)
        await database.close()
        let sizes = commits.withLock { $0 }
        #expect(sizes.reduce(0, +) == 1281)
        #expect(sizes.max() ?? 0 > 1)
        #expect(sizes.count < 1281)
    }

    @Test func `a body that throws is undone alone`() async throws {
        let database = try await temporary.openWithItems()
        let errors = await batch(
            database,
            [
                insert(1),
                { connection in
                    try insert(2)(connection)
                    throw Refused()
                },
                insert(1),
                insert(3),
            ]
        )
        #expect(errors[0] == nil)
        #expect(errors[1] is Refused)
        #expect(errors[2] as? DatabaseError == .constraint(.init(kind: .primaryKey, columns: ["item.id"])))
        #expect(errors[3] == nil)
        #expect(try database.read { try $0.query("SELECT id FROM item") { try $0.integer(0) } } == [1, 3])
    }

    @Test func `a full disk fails its whole batch, reads go on, writes come back`() async throws {
        let database = try await temporary.openWithItems()
        try await database.insert(10)
        try await database.write { try $0.execute("PRAGMA max_page_count = 20") }
        let errors = await batch(database, [insert(1), tooMuch, insert(2)])
        for error in errors {
            guard case .unavailable = error as? DatabaseError else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try database.itemCount() == 1)
        try await database.write { try $0.execute("PRAGMA max_page_count = 100000") }
        let later = await batch(database, [insert(1), tooMuch, insert(2)])
        #expect(later.allSatisfy { $0 == nil })
        #expect(try database.itemCount() == 4)
    }

    @Test func `a body that hides the loss of its transaction commits nothing`() async throws {
        let database = try await temporary.openWithItems()
        try await database.write { try $0.execute("PRAGMA max_page_count = 20") }
        let tooMuch = tooMuch
        let insert = insert(2)
        let errors = await batch(
            database,
            [
                { connection in
                    #expect(throws: DatabaseError.self) { try tooMuch(connection) }
                    #expect(throws: DatabaseError.self) { try insert(connection) }
                }
            ]
        )
        #expect(errors[0] is DatabaseError)
        #expect(try database.itemCount() == 0)
        try await database.insert(5)
        #expect(try database.itemCount() == 1)
    }

    @Test(arguments: ["COMMIT", "ROLLBACK"])
    func `a body cannot end the transaction it shares`(sql: String) async throws {
        let database = try await temporary.openWithItems()
        let errors = await batch(database, [insert(1), { try $0.execute(sql) }, insert(2)])
        #expect(errors.allSatisfy { $0 is DatabaseError })
        #expect(try database.itemCount() == 0)
        try await database.insert(5)
        #expect(try database.itemCount() == 1)
    }

    @Test func `a reader does not wait for the writer`() async throws {
        let database = try await temporary.openWithItems()
        let gate = Gate()
        #expect(gate.hold(database, insert(1)))
        #expect(try database.itemCount() == 0)
        gate.open()
        try await database.insert(2)
        #expect(try database.itemCount() == 2)
    }

    @Test func `a write that waited too long does not run`() async throws {
        let owner = try await temporary.openWithItems()
        var options = Database.Options(role: .guest)
        options.patience = .zero
        let impatient = try Database(path: temporary.path, options: options)
        await #expect(throws: DatabaseError.unavailable("the write waited too long")) { try await impatient.insert(1) }
        #expect(try owner.itemCount() == 0)
    }

    @Test func `a full queue refuses at once`() async throws {
        let database = try await temporary.openWithItems(Database.Options(queueLimit: 8))
        let gate = Gate()
        #expect(gate.hold(database))
        #expect(database.enqueue(insert(1)))
        #expect(database.enqueue(insert(2)))
        #expect(!database.enqueue(insert(3)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 10..<16 { group.addTask { try await database.insert(Int64(id)) } }
            await database.untilWaiting(8)
            await #expect(throws: DatabaseError.overloaded) { try await database.insert(20) }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try database.itemCount() == 8)
    }

    @Test func `closing finishes what waits`() async throws {
        let database = try await temporary.openWithItems()
        let gate = Gate()
        #expect(gate.hold(database))
        for id in 1...100 { #expect(database.enqueue(insert(Int64(id)))) }
        gate.open()
        await database.close()
        #expect(try temporary.open().itemCount() == 100)
    }

    @Test func `the write-ahead log is emptied when it grows past its limit`() async throws {
        var options = Database.Options()
        options.walLimit = 100_000
        options.checkpointPages = 1_000_000
        let database = try await temporary.openWithItems(options)
        var sizes: [Int] = []
        for id in 0..<100 {
            try await database.insert(Int64(id), String(repeating: "x", count: 4000))
            sizes.append(temporary.size(of: "/martlet.db-wal"))
        }
        #expect(sizes.max() ?? 0 < 200_000)
        #expect(zip(sizes, sizes.dropFirst()).contains { $0 > $1 })
        await database.close()
        #expect(temporary.size(of: "/martlet.db") > 400_000)
    }
}
