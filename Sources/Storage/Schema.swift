/// The tables of the server. Times are Unix milliseconds, truth values 0 or 1, digests SHA-256.
enum Schema {
    /// Every step from an empty file to what this release expects.
    static let migrations = [
        Migration(version: 1, sql: tables.joined(separator: "\n")),
        Migration(version: 2, sql: activation),
        Migration(version: 3, sql: registrationWay),
        Migration(version: 4, sql: adminKeys),
        Migration(version: 5, sql: senders),
        Migration(version: 6, sql: AuthorizationSchema.sql),
        Migration(version: 7, sql: ResourceSchema.sql),
        Migration(version: 8, sql: ResourceSchema.declarations),
        Migration(version: 9, sql: PushedRequestSchema.sql),
    ]

    private static let tables = [
        account, credentials, client, registration, token, session, social, refusal,
    ]

    /// The version that this release reads and writes.
    static let version = migrations.map(\.version).max() ?? 0

    /// `former_account` keeps the ids of deleted accounts, so that none is ever given again: tokens may outlive the
    /// row. `roles`, `permissions` and `profile` are JSON; columns that end in `_key` hold what is searched, in lower
    /// case.
    private static let account = """
        CREATE TABLE account (
            id TEXT NOT NULL PRIMARY KEY,
            ordinal INTEGER NOT NULL UNIQUE,
            username TEXT,
            username_key TEXT UNIQUE CHECK ((username_key IS NULL) = (username IS NULL)),
            email TEXT,
            email_key TEXT UNIQUE CHECK ((email_key IS NULL) = (email IS NULL)),
            email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'blocked')),
            generation INTEGER NOT NULL,
            roles TEXT NOT NULL,
            permissions TEXT NOT NULL,
            profile TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_sign_in INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX account_name ON account (name_key);
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

    /// `account_token.payload` is the key of the address that the token was mailed to. A token without an account is
    /// nobody's: it was asked for an address that no account has, and is there because asking for one that has takes a
    /// write too, and counts.
    private static let credentials = """
        CREATE TABLE password (
            account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
            record TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE account_token (
            id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
            purpose TEXT NOT NULL CHECK (purpose IN ('confirm-email', 'recover-password', 'change-email')),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            payload TEXT NOT NULL,
            asked_from TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX account_token_account ON account_token (account_id, purpose, created_at);
        CREATE INDEX account_token_payload ON account_token (payload, purpose, created_at);
        CREATE INDEX account_token_asker ON account_token (asked_from, created_at);
        CREATE INDEX account_token_expiry ON account_token (expires_at);
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

    /// `idle_limit` is in seconds. A session that `is_over` was ended; its row stays until it would have expired, so that
    /// it can be told from one that never was.
    private static let session = """
        CREATE TABLE session (
            id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            client TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            idle_limit INTEGER NOT NULL,
            remembered INTEGER NOT NULL CHECK (remembered IN (0, 1)),
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            generation INTEGER NOT NULL,
            is_over INTEGER NOT NULL CHECK (is_over IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_account ON session (account_id);
        CREATE INDEX session_expiry ON session (expires_at);
        CREATE TABLE issued_token (
            id TEXT NOT NULL PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX issued_token_session ON issued_token (session_id);
        CREATE INDEX issued_token_expiry ON issued_token (expires_at);
        CREATE TABLE refresh_token (
            id TEXT NOT NULL PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            secret_digest BLOB NOT NULL CHECK (length(secret_digest) = 32),
            expires_at INTEGER NOT NULL,
            used_at INTEGER,
            successor_id TEXT CHECK ((successor_id IS NULL) = (used_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX refresh_token_session ON refresh_token (session_id);
        CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
        """

    /// A friendship is two rows, one a direction. A message belongs to both its ends and goes with either.
    private static let social = """
        CREATE TABLE friendship (
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            friend_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (account_id, friend_id),
            CONSTRAINT not_oneself CHECK (account_id <> friend_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX friendship_friend ON friendship (friend_id);
        CREATE TABLE message (
            id TEXT NOT NULL PRIMARY KEY,
            sender_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            recipient_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            sent_at INTEGER NOT NULL,
            read_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX message_sent ON message (sender_id, id);
        CREATE INDEX message_received ON message (recipient_id, id);
        CREATE INDEX message_conversation ON message (sender_id, recipient_id, id);
        """

    /// An account that is not `activated` waits for the link in its first mail. `successor_id` is the session that took the place
    /// of one that was renewed.
    private static let activation = """
        ALTER TABLE account ADD COLUMN activated INTEGER NOT NULL DEFAULT 1 CHECK (activated IN (0, 1));
        CREATE INDEX account_waiting ON account (created_at) WHERE activated = 0;
        ALTER TABLE session ADD COLUMN successor_id TEXT;
        """

    /// The one-time keys of administrators.
    private static let adminKeys = """
        CREATE TABLE admin_key (
            digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
            created_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    /// How a registration was made: each way has a limit of its own.
    private static let registrationWay = """
        ALTER TABLE registration_event ADD COLUMN way TEXT NOT NULL DEFAULT 'key' CHECK (way IN ('key', 'sign-up'));
        """

    /// From one to the next of those who wrote to somebody, without their messages.
    private static let senders = """
        CREATE INDEX message_senders ON message (recipient_id, sender_id, id);
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
