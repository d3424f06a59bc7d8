/// The step of the schema that sign-in for other applications needs.
enum AuthorizationSchema {
    static let sql = [account, client, session, code, consent].joined(separator: "\n")

    /// `claims` is JSON: standard claims of OIDC Core §5.1 that have no column.
    private static let account = """
        ALTER TABLE account ADD COLUMN claims TEXT NOT NULL DEFAULT '{}';
        """

    /// Public clients have no credential; `metadata` is JSON with the names of RFC 7591 §2. `registration_digest` is that of the
    /// registration access token.
    private static let client = """
        ALTER TABLE client RENAME TO client_before;
        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            authentication TEXT NOT NULL,
            secret_digest BLOB CHECK (length(secret_digest) = 32),
            sealed_secret BLOB,
            jwks TEXT,
            scope TEXT NOT NULL,
            grants TEXT NOT NULL,
            must_answer_challenge INTEGER NOT NULL CHECK (must_answer_challenge IN (0, 1)),
            is_resource_server INTEGER NOT NULL CHECK (is_resource_server IN (0, 1)),
            metadata TEXT NOT NULL,
            registration_digest BLOB CHECK (length(registration_digest) = 32),
            created_at INTEGER NOT NULL,
            CONSTRAINT one_credential CHECK (
                (secret_digest IS NULL) + (sealed_secret IS NULL) + (jwks IS NULL)
                    = CASE authentication WHEN 'none' THEN 3 ELSE 2 END
            )
        ) STRICT, WITHOUT ROWID;
        INSERT INTO client SELECT
            id, name, authentication, secret_digest, sealed_secret, jwks, scope, grants, must_answer_challenge,
            is_resource_server, '{}', NULL, created_at
        FROM client_before;
        DROP TABLE client_before;
        """

    /// Where `browser_id` is there the session is one of a client that sent a person here to sign in: it belongs to the session of
    /// the browser, and ends with that unless it is to go on without the person (`is_offline`). `granted_claims` is JSON.
    private static let session = """
        ALTER TABLE session ADD COLUMN browser_id TEXT;
        ALTER TABLE session ADD COLUMN authenticated_at INTEGER;
        ALTER TABLE session ADD COLUMN granted_scope TEXT;
        ALTER TABLE session ADD COLUMN granted_claims TEXT;
        ALTER TABLE session ADD COLUMN is_offline INTEGER NOT NULL DEFAULT 0 CHECK (is_offline IN (0, 1));
        CREATE INDEX session_browser ON session (browser_id) WHERE browser_id IS NOT NULL;
        """

    /// A code that was taken (`used_at`) names the session that came of it.
    private static let code = """
        CREATE TABLE authorization_code (
            id TEXT NOT NULL PRIMARY KEY,
            secret_digest BLOB NOT NULL CHECK (length(secret_digest) = 32),
            client TEXT NOT NULL,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            generation INTEGER NOT NULL,
            browser_id TEXT NOT NULL,
            authenticated_at INTEGER NOT NULL,
            redirect_uri TEXT NOT NULL,
            scope TEXT NOT NULL,
            nonce TEXT,
            code_challenge TEXT,
            wants_authentication_time INTEGER NOT NULL CHECK (wants_authentication_time IN (0, 1)),
            claims TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            used_at INTEGER,
            session_id TEXT CHECK ((session_id IS NULL) = (used_at IS NULL)),
            reused_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX authorization_code_account ON authorization_code (account_id);
        CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);
        CREATE INDEX authorization_code_session ON authorization_code (session_id) WHERE session_id IS NOT NULL;
        """

    private static let consent = """
        CREATE TABLE consent (
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            client TEXT NOT NULL,
            scope TEXT NOT NULL,
            given_at INTEGER NOT NULL,
            PRIMARY KEY (account_id, client)
        ) STRICT, WITHOUT ROWID;
        """
}
