import CSQLite

/// One row of a result, read by column index from 0. It is valid only while the closure that received it runs,
/// hence not copyable: what leaves the closure are the values.
///
/// Every reader throws `DatabaseError.statement` when the column holds another type than asked for; only the
/// `optional` readers accept NULL.
package struct Row: ~Copyable {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// An integer.
    package func integer(_ column: Int) throws(DatabaseError) -> Int64 {
        try require(SQLITE_INTEGER, at: column)
        return sqlite3_column_int64(statement, Int32(column))
    }

    /// A text; bytes that are no UTF-8 are replaced.
    package func text(_ column: Int) throws(DatabaseError) -> String {
        try require(SQLITE_TEXT, at: column)
        let bytes = sqlite3_column_text(statement, Int32(column))
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Bytes.
    package func blob(_ column: Int) throws(DatabaseError) -> [UInt8] {
        try require(SQLITE_BLOB, at: column)
        let bytes = sqlite3_column_blob(statement, Int32(column))
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }

    /// True for 1, false for 0; any other integer is an error.
    package func boolean(_ column: Int) throws(DatabaseError) -> Bool {
        switch try integer(column) {
        case 0: return false
        case 1: return true
        default: throw .statement("column \(column) is neither 0 nor 1")
        }
    }

    /// An integer, or nil for NULL.
    package func optionalInteger(_ column: Int) throws(DatabaseError) -> Int64? {
        isNull(column) ? nil : try integer(column)
    }

    /// A text, or nil for NULL.
    package func optionalText(_ column: Int) throws(DatabaseError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// Bytes, or nil for NULL.
    package func optionalBlob(_ column: Int) throws(DatabaseError) -> [UInt8]? {
        isNull(column) ? nil : try blob(column)
    }

    /// Whether the column is NULL. A column that the statement does not have is not.
    package func isNull(_ column: Int) -> Bool {
        has(column) && sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }

    private func has(_ column: Int) -> Bool {
        column >= 0 && column < Int(sqlite3_data_count(statement))
    }

    private func require(_ type: Int32, at column: Int) throws(DatabaseError) {
        guard has(column) else { throw .statement("the row has no column \(column)") }
        let found = sqlite3_column_type(statement, Int32(column))
        guard found == type else { throw .statement("column \(column) holds type \(found), not \(type)") }
    }
}
