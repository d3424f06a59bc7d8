import Storage
import Testing

struct MigrationTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    private let first = Migration(
        version: 1,
        sql: "CREATE TABLE a (id INTEGER) STRICT; CREATE TABLE b (id INTEGER) STRICT"
    )
    private let second = Migration(version: 2, sql: "ALTER TABLE a ADD COLUMN name TEXT")

    private func applied(_ database: Database) throws -> [[Int64]] {
        try database.read {
            try $0.query("SELECT version, applied_at FROM schema_migration ORDER BY version") {
                [try $0.integer(0), try $0.integer(1)]
            }
        }
    }

    @Test func `missing migrations run in order, once, and are recorded`() async throws {
        let database = try temporary.open()
        try await database.migrate([first], at: 100)
        try await database.migrate([second, first], at: 200)
        try await database.migrate([second, first], at: 300)
        #expect(try applied(database) == [[1, 100], [2, 200]])
        try await database.write { try $0.execute("INSERT INTO a (id, name) VALUES (1, 'x')") }
    }

    @Test func `a schema of a newer release is refused`() async throws {
        let database = try temporary.open()
        try await database.migrate([first, second], at: 100)
        let newer = DatabaseError.newerSchema(found: 2, known: 1)
        await #expect(throws: newer) { try await database.migrate([first], at: 200) }
        await #expect(throws: DatabaseError.newerSchema(found: 2, known: 0)) { try await database.migrate([], at: 200) }
    }

    @Test func `a migration that fails leaves nothing behind`() async throws {
        let database = try temporary.open()
        let broken = Migration(version: 2, sql: "CREATE TABLE c (id INTEGER) STRICT; CREATE TABLE a (id INTEGER)")
        await #expect(throws: DatabaseError.self) { try await database.migrate([first, broken], at: 100) }
        #expect(try applied(database) == [[1, 100]])
        try await database.migrate([first, Migration(version: 2, sql: "CREATE TABLE c (id INTEGER) STRICT")], at: 200)
        #expect(try applied(database) == [[1, 100], [2, 200]])
    }

    @Test func `a migration that ends its transaction is refused`() async throws {
        let database = try temporary.open()
        let sneaky = Migration(version: 1, sql: "CREATE TABLE c (id INTEGER) STRICT; COMMIT")
        await #expect(throws: DatabaseError.self) { try await database.migrate([sneaky], at: 100) }
        #expect(try applied(database) == [])
    }
}
