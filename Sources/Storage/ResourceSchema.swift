/// The step of the schema that resource indicators need (RFC 8707).
enum ResourceSchema {
    /// `scope` is null where nothing is said of what the resource knows. `managed_by` is the name of the file that declares it. The
    /// columns of the other tables are identifiers with a space between them, null where a request named none.
    static let sql = """
        CREATE TABLE resource (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            scope TEXT,
            managed_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE authorization_code ADD COLUMN resources TEXT;
        ALTER TABLE session ADD COLUMN granted_resources TEXT;
        ALTER TABLE consent ADD COLUMN resources TEXT NOT NULL DEFAULT '';
        """
}
