/// The steps of the schema that resource indicators (RFC 8707) and declarative files need.
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

    /// `policy` is JSON with the names of `ClientPolicy`; `managed_by` is the name of the file that a client or scope comes from.
    static let declarations = """
        ALTER TABLE client ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE client ADD COLUMN managed_by TEXT;
        CREATE INDEX client_managed_by ON client (managed_by) WHERE managed_by IS NOT NULL;
        CREATE TABLE declared_scope (
            token TEXT NOT NULL PRIMARY KEY,
            words TEXT NOT NULL,
            managed_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
