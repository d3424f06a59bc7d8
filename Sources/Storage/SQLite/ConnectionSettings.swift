import CSQLite

extension Connection {
    /// What a connection is opened for. One connection alone checkpoints, the owner's writer: SQLite 3.40 has a race
    /// between several that do.
    enum Purpose {
        case reading
        case writing(checkpointPages: Int)
        case guestWriting
    }

    /// Opens the file and applies the settings of the house, each read back.
    static func open(_ path: String, for purpose: Purpose) throws(DatabaseError) -> Connection {
        var flags = SQLITE_OPEN_READWRITE
        var checkpointPages = 0
        switch purpose {
        case .reading: flags = SQLITE_OPEN_READONLY
        case .writing(let pages): checkpointPages = pages
        case .guestWriting: break
        }
        let connection = try Connection(path: path, flags: flags)
        sqlite3_busy_timeout(connection.handle, 5000)
        try connection.switch("no checkpoint on close", SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on: checkpointPages == 0)
        try connection.switch("defensive", SQLITE_DBCONFIG_DEFENSIVE, on: true)
        try connection.switch("double-quoted strings in statements", SQLITE_DBCONFIG_DQS_DML, on: false)
        try connection.switch("double-quoted strings in schemas", SQLITE_DBCONFIG_DQS_DDL, on: false)
        if case .reading = purpose {
            try connection.require("query_only", "1")
            // 8 MiB: with 2 MiB, the default, a look-up by key among 100,000 accounts costs twice as much.
            try connection.require("cache_size", "-8192")
        } else {
            try connection.require("journal_mode", "wal")
        }
        for (name, value) in [
            ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"), ("busy_timeout", "5000"),
            ("temp_store", "2"), ("wal_autocheckpoint", String(checkpointPages)),
        ] {
            try connection.require(name, value)
        }
        return connection
    }

    /// The value of a pragma, as text.
    func pragma(_ name: String) throws(DatabaseError) -> String {
        try pragmaResult("PRAGMA \(name)")
    }

    /// Sets a pragma and throws `.setting` when it does not then hold.
    func require(_ name: String, _ value: String) throws(DatabaseError) {
        _ = try pragmaResult("PRAGMA \(name) = \(value)")
        let found = try pragma(name)
        guard found == value else { throw .setting(name: name, wanted: value, found: found) }
    }

    private func pragmaResult(_ sql: String) throws(DatabaseError) -> String {
        let statement = try Statement(sql, on: handle)
        guard try statement.step(), let text = sqlite3_column_text(statement.handle, 0) else { return "" }
        return String(cString: text)
    }

    private func `switch`(_ name: String, _ option: Int32, on: Bool) throws(DatabaseError) {
        let found = martlet_sqlite_configure(handle, option, on ? 1 : 0)
        guard found == (on ? 1 : 0) else { throw .setting(name: name, wanted: "\(on)", found: "\(found)") }
    }
}
