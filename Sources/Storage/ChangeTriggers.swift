/// Notes every change of a row that something in memory may rest on (`ReadCache`), whoever makes it and however: the triggers are
/// on the connections that write. They are temporary, so another program that opens the file neither has nor needs them.
///
/// Inserting a row notes nothing where only rows that are there are remembered.
enum ChangeTriggers {
    /// For each table the columns with the id of the row that is noted.
    private static let tables = [
        ("account", "id"), ("account_key", "account_id"), ("session", "id"), ("issued_token", "session_id"),
    ]

    static let sql: String =
        tables.map { table, id in
            """
            CREATE TEMP TRIGGER \(table)_was_updated AFTER UPDATE ON main.\(table)
                BEGIN SELECT note_change(OLD.\(id)), note_change(NEW.\(id)); END;
            CREATE TEMP TRIGGER \(table)_was_deleted AFTER DELETE ON main.\(table)
                BEGIN SELECT note_change(OLD.\(id)); END;
            """
        }.joined(separator: "\n") + """

            CREATE TEMP TRIGGER account_key_was_inserted AFTER INSERT ON main.account_key
                BEGIN SELECT note_change(NEW.account_id); END;
            """
}
