import CSQLite

extension DatabaseError {
    /// The error behind a result code of the library (extended codes on), with the connection's message.
    init(code: Int32, connection: OpaquePointer?) {
        let message = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        switch code & 0xff {
        case SQLITE_CONSTRAINT: self = .constraint(ConstraintViolation(code: code, message: message))
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
        case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_SCHEMA:
            self = .statement(message)
        default: self = .unavailable("\(message) (code \(code))")
        }
    }
}

extension ConstraintViolation {
    /// Reads the library's message, which ends in the columns (`UNIQUE constraint failed: account.name, account.realm`)
    /// or, for a column of the wrong type, in the one column after its last space.
    init(code: Int32, message: String) {
        let kind: Kind =
            switch Int(code >> 8) {
            case 1: .check
            case 3: .foreignKey
            case 5: .notNull
            case 6, 10: .primaryKey
            case 8: .unique
            case 12: .type
            default: .other
            }
        let subject =
            kind == .type
            ? message.split(separator: " ").last.map { [String($0)] } ?? []
            : message.split(separator: ": ", maxSplits: 1).dropFirst().first.map(ConstraintViolation.names) ?? []
        self.init(kind: kind, columns: subject)
    }

    private static func names(_ list: Substring) -> [String] {
        list.split(separator: ", ").map(String.init)
    }
}
