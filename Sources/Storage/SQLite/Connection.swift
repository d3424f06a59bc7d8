import CSQLite

/// One connection to the database: prepares each text of SQL once and runs it. One thread at a time uses it.
///
/// SQL is written in the dialect that SQLite and PostgreSQL share, parameters as `$1`, `$2`, … bound by number. Texts are
/// literals: statements are kept by their text.
package final class Connection {
    let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// While set, a statement outside a transaction is refused and a commit turns into a rollback. SQLite ends a
    /// transaction by itself on some errors, and what a careless caller runs after such an error would otherwise be
    /// committed on its own.
    var requiresTransaction = false
    /// Pages in the write-ahead log after this connection's last commit, where it counts them; its checkpoint sets 0.
    var logPages = 0
    /// The places of the rows that were changed since the last commit (`ChangeStamps`).
    var changedStripes: [Int] = []
    /// How long a statement waits for another connection's transaction, in milliseconds.
    var busyTimeout: Int32 = 0 {
        didSet {
            if busyTimeout != oldValue { sqlite3_busy_timeout(handle, busyTimeout) }
        }
    }

    /// Opens the file. `flags` are the library's `SQLITE_OPEN_…`.
    init(path: String, flags: Int32) throws(DatabaseError) {
        var handle: OpaquePointer?
        let always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let code = sqlite3_open_v2(path, &handle, flags | always, nil)
        guard code == SQLITE_OK, let handle else {
            let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(handle)
            throw .cannotOpen(path: path, reason: reason)
        }
        self.handle = handle
        let refuseEarlyCommit: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { connection in
            guard let connection else { return 1 }
            return Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue().requiresTransaction ? 1 : 0
        }
        sqlite3_commit_hook(handle, refuseEarlyCommit, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Keeps `logPages` from now on. The library has one such hook: setting `wal_autocheckpoint` takes it away again.
    func countLogPages() {
        let note: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            if let connection = $0 {
                Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue().logPages = Int($3)
            }
            return SQLITE_OK
        }
        sqlite3_wal_hook(handle, note, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs a statement to its end and gives the number of rows it inserted, updated or deleted (without meaning for
    /// other statements). Throws `.constraint`, `.unavailable`, `.corrupt` or `.statement`.
    @discardableResult
    package func execute(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> Int {
        let statement = try start(sql, values)
        defer { statement.reset() }
        while try statement.step() {}
        return Int(sqlite3_changes64(handle))
    }

    /// All rows of a `SELECT`, or of what `RETURNING` gives back.
    package func query<T>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ row: (borrowing Row) throws -> T
    ) throws -> [T] {
        let statement = try start(sql, values)
        defer { statement.reset() }
        var results: [T] = []
        while try statement.step() {
            results.append(try row(Row(statement.handle)))
        }
        return results
    }

    /// The first row, or nil. A statement that writes is run to its end all the same.
    package func first<T>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ row: (borrowing Row) throws -> T
    ) throws -> T? {
        let statement = try start(sql, values)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let result = try row(Row(statement.handle))
        if !statement.isReadOnly {
            while try statement.step() {}
        }
        return result
    }

    /// Runs several statements without parameters, separated by semicolons: a schema.
    package func executeScript(_ sql: String) throws(DatabaseError) {
        try requireTransaction()
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(code: code, connection: handle) }
    }

    private func start(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> Statement {
        try requireTransaction()
        let statement = try prepared(sql)
        do throws(DatabaseError) {
            try statement.bind(values)
        } catch {
            statement.reset()
            throw error
        }
        return statement
    }

    private func prepared(_ sql: String) throws(DatabaseError) -> Statement {
        if let known = statements[sql], !known.isInUse {
            known.isInUse = true
            return known
        }
        let statement = try Statement(sql, on: handle)
        statement.isInUse = true
        if statements.count >= 512 {
            statements.removeAll()
        }
        statements[sql] = statement
        return statement
    }

    private func requireTransaction() throws(DatabaseError) {
        guard !requiresTransaction || isInTransaction else {
            throw .unavailable("the transaction was ended by an earlier error")
        }
    }
}
