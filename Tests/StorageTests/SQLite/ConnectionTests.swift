import Storage
import Testing

struct ConnectionTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    static let values: [SQLValue] = [
        nil, 0, 5, .integer(.min), .integer(.max), "", "text", .text("a\0b"), .text("é🐦"), .blob([]), .blob([0, 255]),
        .boolean(true), .boolean(false), .optionalText(nil), .optionalInteger(3), .optionalBlob([1]),
    ]

    @Test(arguments: values)
    func `a value comes back as it went in`(value: SQLValue) throws {
        let database = try temporary.open()
        let found = try database.read { try $0.first("SELECT $1, typeof($1)", [value], Self.value) }
        #expect(found == value)
    }

    private static func value(_ row: borrowing Row) throws -> SQLValue {
        switch try row.text(1) {
        case "null": .optionalText(try row.optionalText(0))
        case "integer": .integer(try row.integer(0))
        case "text": .text(try row.text(0))
        default: .blob(try row.blob(0))
        }
    }

    @Test func `parameters are bound by number, not by appearance`() throws {
        let database = try temporary.open()
        let found = try database.read {
            try $0.first("SELECT $2, $1, $2", ["one", "two"]) { [try $0.text(0), try $0.text(1), try $0.text(2)] }
        }
        #expect(found == ["two", "one", "two"])
    }

    static let mistakes: [(sql: String, values: [SQLValue])] = [
        ("SELECT $1", []), ("SELECT $1", [1, 2]), ("SELECT 1", [1]), ("SELECT ?", [1]), ("SELECT :a", [1]),
        ("SELECT $a", [1]), ("SELECT 1; SELECT 2", []), ("", []), ("-- nothing", []), ("SELEC 1", []),
        ("SELECT \"text\"", []), ("SELECT x FROM missing", []),
    ]

    @Test(arguments: mistakes)
    func `wrong SQL is a mistake of the program`(sql: String, values: [SQLValue]) throws {
        let database = try temporary.open()
        let error = #expect(throws: DatabaseError.self) { try database.read { try $0.execute(sql, values) } }
        guard case .statement = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try database.read { try $0.first("SELECT $1", [7]) { try $0.integer(0) } } == 7)
    }

    static let readers: [(sql: String, read: @Sendable (borrowing Row) throws -> Void)] = [
        ("SELECT NULL", { _ = try $0.integer(0) }), ("SELECT NULL", { _ = try $0.text(0) }),
        ("SELECT NULL", { _ = try $0.blob(0) }), ("SELECT 'a'", { _ = try $0.integer(0) }),
        ("SELECT 1", { _ = try $0.text(0) }), ("SELECT 'a'", { _ = try $0.optionalBlob(0) }),
        ("SELECT 2", { _ = try $0.boolean(0) }), ("SELECT 1", { _ = try $0.integer(1) }),
        ("SELECT 1", { _ = try $0.optionalText(1) }), ("SELECT 1", { _ = try $0.integer(-1) }),
    ]

    @Test(arguments: readers.indices)
    func `a column of another type is an error`(index: Int) throws {
        let database = try temporary.open()
        let (sql, read) = Self.readers[index]
        #expect(throws: DatabaseError.self) { try database.read { try $0.first(sql, [], read) } }
    }

    @Test func `the same SQL can run inside its own rows`() throws {
        let database = try temporary.open()
        let sql = "SELECT value FROM json_each('[1,2,3]')"
        let pairs = try database.read { connection in
            try connection.query(sql) { outer in
                let first = try outer.integer(0)
                return try connection.query(sql) { first * 10 + (try $0.integer(0)) }
            }
        }
        #expect(pairs == [[11, 12, 13], [21, 22, 23], [31, 32, 33]])
    }

    @Test func `RETURNING gives rows and every row is changed`() async throws {
        let database = try await temporary.openWithItems()
        for id in 1...3 { try await database.insert(Int64(id)) }
        let first = try await database.write {
            try $0.first("UPDATE item SET name = $1 RETURNING id", ["b"]) { try $0.integer(0) }
        }
        #expect(first == 1)
        let all = try await database.write {
            try $0.query("UPDATE item SET name = 'c' WHERE name = 'b' RETURNING id") { try $0.integer(0) }
        }
        #expect(all == [1, 2, 3])
        #expect(try await database.write { try $0.execute("DELETE FROM item WHERE id > $1", [1]) } == 2)
    }

    @Test func `a reader cannot write`() async throws {
        let database = try await temporary.openWithItems()
        #expect(throws: DatabaseError.self) {
            try database.read { try $0.execute("INSERT INTO item VALUES (1, 'a')") }
        }
        #expect(try database.itemCount() == 0)
    }

    static let violations: [(sql: String, expected: ConstraintViolation)] = [
        ("INSERT INTO child VALUES (1, 'z', 1, 1)", ConstraintViolation(kind: .primaryKey, columns: ["child.id"])),
        ("INSERT INTO child VALUES (2, 'a', 1, 1)", ConstraintViolation(kind: .unique, columns: ["child.name"])),
        ("INSERT INTO child VALUES (2, NULL, 1, 1)", ConstraintViolation(kind: .notNull, columns: ["child.name"])),
        ("INSERT INTO child VALUES (2, 'b', -1, 1)", ConstraintViolation(kind: .check, columns: ["positive"])),
        ("INSERT INTO child VALUES (2, 'b', 1, 9)", ConstraintViolation(kind: .foreignKey, columns: [])),
        ("INSERT INTO child VALUES (2, 'b', 'x', 1)", ConstraintViolation(kind: .type, columns: ["child.size"])),
        ("INSERT INTO pair VALUES (1, 2)", ConstraintViolation(kind: .unique, columns: ["pair.a", "pair.b"])),
        ("INSERT INTO later VALUES (9)", ConstraintViolation(kind: .foreignKey, columns: [])),
    ]

    @Test(arguments: violations)
    func `a refused row tells the rule and its columns`(sql: String, expected: ConstraintViolation) async throws {
        let database = try temporary.open()
        try await database.write {
            try $0.executeScript(
                """
                CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
                CREATE TABLE child (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                    size INTEGER CONSTRAINT positive CHECK (size > 0), parent INTEGER REFERENCES parent
                ) STRICT;
                CREATE TABLE pair (a INTEGER, b INTEGER, UNIQUE (a, b)) STRICT;
                CREATE TABLE later (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT;
                INSERT INTO parent VALUES (1);
                INSERT INTO child VALUES (1, 'a', 1, 1);
                INSERT INTO pair VALUES (1, 2);
                """
            )
        }
        await #expect(throws: DatabaseError.constraint(expected)) { try await database.write { try $0.execute(sql) } }
        try await database.write { try $0.execute("INSERT INTO parent VALUES (2)") }
        #expect(try database.read { try $0.first("SELECT count(*) FROM parent") { try $0.integer(0) } } == 2)
    }
}
