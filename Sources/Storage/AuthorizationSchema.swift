/// The step of the schema that sign-in for other applications needs.
enum AuthorizationSchema {
    static let sql = [account, client, session, code, consent, logout].joined(separator: "\n")

    /// `claims` is JSON: standard claims of OIDC Core §5.1 that have no column.
    private static let account = """
        ALTER TABLE account ADD COLUMN claims TEXT NOT NULL DEFAULT '{}';
        """

    /// Public clients have no credential; `metadata` is JSON with the names of RFC 7591 §2. `registration_digest` is that of the
    /// registration access token; `hears_of_logout` tells whether `backchannel_logout_uri` is in the metadata, which no trigger may read.
    /// `registered_from` is the network address of a client that came by itself, for an hour.
    private static let client = """
        ALTER TABLE client RENAME TO client_before;
        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            authentication TEXT NOT NULL,
            secret_digest BLOB CHECK (length(secret_digest) = 32),
            sealed_secret BLOB,
            jwks TEXT,
            jwks_uri TEXT,
            scope TEXT NOT NULL,
            grants TEXT NOT NULL,
            must_answer_challenge INTEGER NOT NULL CHECK (must_answer_challenge IN (0, 1)),
            is_resource_server INTEGER NOT NULL CHECK (is_resource_server IN (0, 1)),
            metadata TEXT NOT NULL,
            registration_digest BLOB CHECK (length(registration_digest) = 32),
            hears_of_logout INTEGER NOT NULL CHECK (hears_of_logout IN (0, 1)),
            created_at INTEGER NOT NULL,
            registered_from TEXT,
            CONSTRAINT one_credential CHECK (
                (secret_digest IS NULL) + (sealed_secret IS NULL) + (jwks IS NULL) + (jwks_uri IS NULL)
                    = CASE authentication WHEN 'none' THEN 4 ELSE 3 END
            )
        ) STRICT, WITHOUT ROWID;
        INSERT INTO client SELECT
            id, name, authentication, secret_digest, sealed_secret, jwks, NULL, scope, grants, must_answer_challenge,
            is_resource_server, '{}', NULL, 0, created_at, NULL
        FROM client_before;
        DROP TABLE client_before;
        CREATE INDEX client_registered_from ON client (registered_from) WHERE registered_from IS NOT NULL;
        """

    /// Where `browser_id` is there the session is one of a client that sent a person here to sign in: it belongs to the session of
    /// the browser, and ends with that unless it is to go on without the person (`is_offline`): then it is noted alone (`browser_over`). `granted_claims`
    /// is JSON.
    private static let session = """
        ALTER TABLE session ADD COLUMN browser_id TEXT;
        ALTER TABLE session ADD COLUMN authenticated_at INTEGER;
        ALTER TABLE session ADD COLUMN granted_scope TEXT;
        ALTER TABLE session ADD COLUMN granted_claims TEXT;
        ALTER TABLE session ADD COLUMN is_offline INTEGER NOT NULL DEFAULT 0 CHECK (is_offline IN (0, 1));
        ALTER TABLE session ADD COLUMN browser_over INTEGER NOT NULL DEFAULT 0 CHECK (browser_over IN (0, 1));
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

    /// Whom to tell that a session in a client is over, and when to try (OIDC Back-Channel Logout). A trigger files it in the same
    /// transaction, whatever ended the session.
    private static let logout = """
        CREATE TABLE logout_notice (
            session_id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL,
            account_id TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX logout_notice_client ON logout_notice (client, due_at);
        CREATE TRIGGER session_in_client_ended AFTER UPDATE OF is_over, browser_over ON session
        WHEN NEW.browser_id IS NOT NULL AND OLD.is_over = 0 AND OLD.browser_over = 0
            AND (NEW.is_over = 1 OR NEW.browser_over = 1)
        BEGIN
            INSERT INTO logout_notice (session_id, client, account_id, attempts, due_at)
            SELECT NEW.id, c.id, NEW.account_id, 0, 0 FROM client c
            WHERE c.id = NEW.client AND c.hears_of_logout = 1
            ON CONFLICT DO NOTHING;
        END;
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
