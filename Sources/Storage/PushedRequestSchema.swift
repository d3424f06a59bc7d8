/// The step of the schema that pushed authorization requests (RFC 9126) need.
enum PushedRequestSchema {
    /// `parameters` is JSON by the names of the authorization request, empty once it was used.
    static let sql = """
        CREATE TABLE pushed_request (
            digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
            client TEXT NOT NULL,
            parameters TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            opened_at INTEGER,
            used_at INTEGER
        ) STRICT;
        CREATE INDEX pushed_request_waiting ON pushed_request (client, expires_at) WHERE used_at IS NULL;
        CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);
        """
}
