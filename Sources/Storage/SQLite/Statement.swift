import CSQLite

/// A prepared statement. Used by the thread that uses its connection.
final class Statement {
    let handle: OpaquePointer
    /// Set while its rows are read, so that the same SQL inside the row closure gets a statement of its own.
    var isInUse = false
    let isReadOnly: Bool
    /// For each position the index of its value: the library numbers `$2 … $1` by first appearance, we by number.
    private let valueIndexes: [Int]
    private let valueCount: Int

    init(_ sql: String, on database: OpaquePointer) throws(DatabaseError) {
        var handle: OpaquePointer?
        var sql = sql
        let (code, rest) = sql.withUTF8 { text -> (Int32, Int) in
            text.withMemoryRebound(to: CChar.self) { text in
                var tail: UnsafePointer<CChar>?
                let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
                let code = sqlite3_prepare_v3(database, text.baseAddress, Int32(text.count), flags, &handle, &tail)
                let consumed = tail.flatMap { tail in text.baseAddress.map { tail - $0 } } ?? text.count
                return (code, consumed)
            }
        }
        guard code == SQLITE_OK else { throw DatabaseError(code: code, connection: database) }
        guard let handle else { throw .statement("empty statement") }
        do throws(DatabaseError) {
            guard sql.utf8.dropFirst(rest).allSatisfy({ $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: ";") }) else {
                throw .statement("more than one statement")
            }
            valueIndexes = try Statement.valueIndexes(of: handle)
        } catch {
            sqlite3_finalize(handle)
            throw error
        }
        valueCount = (valueIndexes.max() ?? -1) + 1
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    private static func valueIndexes(of handle: OpaquePointer) throws(DatabaseError) -> [Int] {
        var indexes: [Int] = []
        for position in 0..<sqlite3_bind_parameter_count(handle) {
            guard let name = sqlite3_bind_parameter_name(handle, position + 1).map({ String(cString: $0) }),
                name.utf8.first == UInt8(ascii: "$"), let number = Int(name.dropFirst()), number > 0
            else { throw .statement("parameters are written $1, $2, …") }
            indexes.append(number - 1)
        }
        return indexes
    }

    /// Binds every parameter; the number of values is the highest parameter number.
    func bind(_ values: [SQLValue]) throws(DatabaseError) {
        guard values.count == valueCount else {
            throw .statement("\(valueCount) values wanted, \(values.count) given")
        }
        for (offset, index) in valueIndexes.enumerated() {
            let code = bind(values[index], at: Int32(offset + 1))
            guard code == SQLITE_OK else { throw DatabaseError(code: code, connection: sqlite3_db_handle(handle)) }
        }
    }

    private func bind(_ value: SQLValue, at position: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, position)
        case .integer(let integer): return sqlite3_bind_int64(handle, position, integer)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    martlet_sqlite_bind_text(handle, position, $0.baseAddress, $0.count)
                }
            }
        case .blob(let blob):
            return blob.withUnsafeBytes { martlet_sqlite_bind_blob(handle, position, $0.baseAddress, $0.count) }
        }
    }

    /// Steps once: true when there is a row.
    func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw DatabaseError(code: code, connection: sqlite3_db_handle(handle))
        }
    }

    /// Ends the statement, which also ends its hold on a read snapshot, and lets go of the bound values.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        isInUse = false
    }
}
