import Storage
import Testing

struct SingleUseTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    /// Lets `callers` tasks run `redeem` at once, all of them queued before the first commit, and counts the winners.
    private func winners(
        callers: Int,
        _ redeem: @escaping @Sendable (Database) async throws -> Bool
    ) async throws -> Int {
        let database = try temporary.open()
        try await database.write {
            try $0.executeScript(
                "CREATE TABLE ticket (id INTEGER PRIMARY KEY, used INTEGER NOT NULL) STRICT; INSERT INTO ticket VALUES (1, 0)"
            )
        }
        let gate = Gate()
        #expect(gate.hold(database))
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<callers {
                group.addTask { try await redeem(database) }
            }
            await database.untilWaiting(callers)
            gate.open()
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
    }

    @Test func `one statement lets exactly one of 200 redeem`() async throws {
        let count = try await winners(callers: 200) { database in
            try await database.write {
                try $0.first("UPDATE ticket SET used = 1 WHERE id = $1 AND used = 0 RETURNING id", [1]) {
                    try $0.integer(0)
                }
            } != nil
        }
        #expect(count == 1)
    }

    @Test func `control: reading first and writing then lets several redeem`() async throws {
        let count = try await winners(callers: 200) { database in
            let used = try database.read {
                try $0.first("SELECT used FROM ticket WHERE id = $1", [1]) { try $0.integer(0) }
            }
            return try await database.write {
                guard used == 0 else { return false }
                return try $0.execute("UPDATE ticket SET used = 1 WHERE id = $1", [1]) == 1
            }
        }
        #expect(count > 1)
    }
}
