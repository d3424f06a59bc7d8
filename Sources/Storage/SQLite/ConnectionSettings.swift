import CSQLite

extension Connection {
    /// What a connection is opened for. No connection checkpoints by itself, neither after a commit nor on close: the
    /// owner's writer does it when it holds the lock for it (`CheckpointLock`).
    enum Purpose {
        case reading
        case writing
        case guestWriting

        /// How long a statement waits for another process, in milliseconds. The owner's callers are promised an answer
        /// within 2 seconds.
        var busyTimeout: Int32 {
            switch self {
            case .writing: 1500
            case .reading, .guestWriting: 5000
            }
        }
    }

    /// Opens the file and applies the settings of the house, each read back.
    static func open(_ path: String, for purpose: Purpose) throws(DatabaseError) -> Connection {
        let flags =
            switch purpose {
            case .reading: SQLITE_OPEN_READONLY
            case .writing, .guestWriting: SQLITE_OPEN_READWRITE
            }
        let connection = try Connection(path: path, flags: flags)
        connection.busyTimeout = purpose.busyTimeout
        try connection.setCheckpointOnClose(false)
        try connection.switch("defensive", SQLITE_DBCONFIG_DEFENSIVE, on: true)
        try connection.switch("double-quoted strings in statements", SQLITE_DBCONFIG_DQS_DML, on: false)
        try connection.switch("double-quoted strings in schemas", SQLITE_DBCONFIG_DQS_DDL, on: false)
        if case .reading = purpose {
            try connection.require("query_only", "1")
            // 8 MiB: with 2 MiB, the default, a look-up by key among 100,000 accounts costs twice as much.
            try connection.require("cache_size", "-8192")
        } else {
            try connection.require("journal_mode", "wal")
            // A row that `REPLACE` removes counts as deleted for triggers only then.
            try connection.require("recursive_triggers", "1")
            try connection.allowNotingChanges()
        }
        for (name, value) in [
            ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"), ("temp_store", "2"),
            ("busy_timeout", String(purpose.busyTimeout)), ("wal_autocheckpoint", "0"),
        ] {
            try connection.require(name, value)
        }
        if case .writing = purpose { connection.countLogPages() }
        return connection
    }

    /// Whether closing this connection, if it is the last one, also moves the log into the database and removes it.
    func setCheckpointOnClose(_ on: Bool) throws(DatabaseError) {
        try self.switch("no checkpoint on close", SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on: !on)
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
