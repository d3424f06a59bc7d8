/// The tables of the server. Times are Unix milliseconds, truth values 0 or 1, digests SHA-256.
enum Schema {
    /// Every step from an empty file to what this release expects.
    static let migrations = [
        Migration(version: 1, sql: [account, client, registration, token, refusal].joined(separator: "\n"))
    ]

    /// The version that this release reads and writes.
    static let version = migrations.map(\.version).max() ?? 0

    /// `former_account` keeps the ids of deleted accounts, so that none is ever given again: tokens may outlive the
    /// row.
    private static let account = """
        CREATE TABLE account (
            id TEXT NOT NULL PRIMARY KEY,
            ordinal INTEGER NOT NULL UNIQUE,
            email TEXT NOT NULL,
            email_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'blocked')),
            generation INTEGER NOT NULL,
            email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE former_account (
            id TEXT NOT NULL PRIMARY KEY,
            ordinal INTEGER NOT NULL UNIQUE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE account_key (
            thumbprint TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            registered_form TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX account_key_account ON account_key (account_id);
        """

    private static let client = """
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
            created_at INTEGER NOT NULL,
            CONSTRAINT one_credential
                CHECK ((secret_digest IS NULL) + (sealed_secret IS NULL) + (jwks IS NULL) = 2)
        ) STRICT, WITHOUT ROWID;
        """

    private static let registration = """
        CREATE TABLE email_verification (
            id TEXT NOT NULL PRIMARY KEY,
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            token_digest BLOB NOT NULL UNIQUE CHECK (length(token_digest) = 32),
            registration_digest BLOB NOT NULL CHECK (length(registration_digest) = 32),
            asked_from TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            verified_at INTEGER,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX email_verification_email ON email_verification (email_key, created_at);
        CREATE INDEX email_verification_asker ON email_verification (asked_from, created_at);
        CREATE INDEX email_verification_expiry ON email_verification (expires_at);
        CREATE TABLE registration_event (
            at INTEGER NOT NULL,
            account_id TEXT NOT NULL,
            asked_from TEXT NOT NULL,
            PRIMARY KEY (at, account_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX registration_event_address ON registration_event (asked_from, at);
        CREATE TABLE mail (
            id TEXT NOT NULL PRIMARY KEY,
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX mail_due ON mail (due_at, id);
        """

    private static let token = """
        CREATE TABLE revoked_token (
            id TEXT NOT NULL PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);
        CREATE TABLE kept_assertion (
            fingerprint INTEGER PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX kept_assertion_expiry ON kept_assertion (expires_at);
        """

    private static let refusal = """
        CREATE TABLE refusal (
            ordinal INTEGER PRIMARY KEY,
            request_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            endpoint TEXT NOT NULL,
            error TEXT NOT NULL,
            check_name TEXT NOT NULL,
            expected TEXT NOT NULL,
            seen TEXT NOT NULL
        ) STRICT;
        CREATE INDEX refusal_request ON refusal (request_id);
        """
}
