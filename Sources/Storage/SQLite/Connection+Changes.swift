import CSQLite

extension Connection {
    /// Gives SQL on this connection the function `note_change(id)`, which notes that the row with this id changes.
    func allowNotingChanges() throws(DatabaseError) {
        let note: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = {
            context,
            _,
            values in
            guard let connection = sqlite3_user_data(context), let id = sqlite3_value_text(values?[0]) else { return }
            Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue()
                .changedStripes.append(ChangeStamps.stripe(of: String(cString: id)))
        }
        let code = sqlite3_create_function_v2(
            handle,
            "note_change",
            1,
            SQLITE_UTF8 | SQLITE_INNOCUOUS,
            Unmanaged.passUnretained(self).toOpaque(),
            note,
            nil,
            nil,
            nil
        )
        guard code == SQLITE_OK else { throw DatabaseError(code: code, connection: handle) }
    }

    /// What was noted since the last time. Of a transaction that was undone too: then something is read anew for nothing.
    func takeChanges() -> [Int] {
        defer { changedStripes.removeAll(keepingCapacity: changedStripes.count < 4096) }
        return changedStripes
    }
}
