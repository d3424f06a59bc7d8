/// Notes every change of a row that something in memory may rest on (`ReadCache`), whoever makes it and however: the triggers are
/// on the connections that write. They are temporary, so another program that opens the file neither has nor needs them.
///
/// Inserting a row notes nothing where only rows that are there are remembered.
enum ChangeTriggers {
    /// For each table what is noted of a row (`ReadRows`), as SQL in which `ROW` is the row, and whether a row that is new is noted.
    private static let tables: [(table: String, noted: [String], countsInserts: Bool)] = [
        ("account", ["ROW.id"], false), ("account_key", ["ROW.account_id"], true), ("session", ["ROW.id"], false),
        ("issued_token", ["ROW.session_id"], false), ("friendship", ["'friends ' || ROW.account_id"], true),
        ("message", ["'messages ' || ROW.sender_id", "'messages ' || ROW.recipient_id"], true),
    ]

    static let sql: String = tables.map { table, noted, countsInserts in
        func trigger(_ event: String, _ rows: String...) -> String {
            let notes = rows.flatMap { row in noted.map { "note_change(\($0.replacing("ROW", with: row)))" } }
            return """
                CREATE TEMP TRIGGER \(table)_\(event.lowercased()) AFTER \(event) ON main.\(table)
                    BEGIN SELECT \(notes.joined(separator: ", ")); END;
                """
        }
        let triggers = [trigger("UPDATE", "OLD", "NEW"), trigger("DELETE", "OLD")]
        return (triggers + (countsInserts ? [trigger("INSERT", "NEW")] : [])).joined(separator: "\n")
    }.joined(separator: "\n")
}
