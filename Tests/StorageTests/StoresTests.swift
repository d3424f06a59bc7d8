import Accounts
import JOSE
import Provider
@testable import Storage
import TestSupport
import Testing

struct StoresTests {
    @Test func `a new database has no history, and the same one has when it is opened again`() async throws {
        let scratch = try await ScratchStores()
        #expect(!scratch.stores.hasHistory)
        #expect(try await scratch.reopened().hasHistory)
    }

    @Test func `a guest reads and writes beside the owner`() async throws {
        let scratch = try await ScratchStores()
        let guest = try await ScratchStores.open(scratch.folder, Database.Options(role: .guest))
        #expect(guest.hasHistory)
        try await scratch.register(Person(1))
        #expect(try await guest.accounts.delete(Person(1).id))
        #expect(try scratch.stores.subjects.key(thumbprint: "thumbprint-1") == nil)
    }

    @Test func `a guest refuses a database without a schema and makes none`() async throws {
        let folder = try ScratchFolder()
        await #expect(throws: DatabaseError.self) {
            try await ScratchStores.open(folder, Database.Options(role: .guest))
        }
        await (try Database(path: folder.path("martlet.db"))).close()
        let error = await #expect(throws: DatabaseError.self) {
            try await ScratchStores.open(folder, Database.Options(role: .guest))
        }
        #expect(error?.description.contains("schema version 0") == true)
    }

    @Test(arguments: [Database.Role.owner, .guest])
    func `a database of a newer release is refused`(role: Database.Role) async throws {
        let scratch = try await ScratchStores()
        let newer = Schema.version + 1
        try await scratch.stores.database.write {
            try $0.execute("INSERT INTO schema_migration VALUES ($1, 1)", [.integer(Int64(newer))])
        }
        await scratch.stores.database.close()
        await #expect(throws: DatabaseError.newerSchema(found: newer, known: Schema.version)) {
            try await ScratchStores.open(scratch.folder, Database.Options(role: role))
        }
    }

    static let failures: [(DatabaseError, Bool)] = [
        (.unavailable("disk full"), true), (.overloaded, true), (.corrupt("x"), false), (.statement("x"), false),
        (.constraint(ConstraintViolation(kind: .unique, columns: [])), false),
        (.locked(path: "x", process: nil), false),
    ]

    @Test(arguments: failures)
    func `what may pass by itself is a temporary failure`(error: DatabaseError, isTemporary: Bool) {
        #expect((error as any TemporaryFailure).isTemporary == isTemporary)
    }

    /// Every query that a request causes, by the table and the index that must serve it.
    static let queries: [(sql: String, plan: String)] = [
        (
            "SELECT * FROM account_key k JOIN account a ON a.id = k.account_id WHERE k.thumbprint = 'x'",
            "SEARCH k USING PRIMARY KEY; SEARCH a USING PRIMARY KEY"
        ),
        ("SELECT * FROM account WHERE email_key = 'x'", "SEARCH account USING INDEX"),
        (
            "SELECT count(*), min(created_at) FROM email_verification WHERE email_key = 'x' AND created_at >= 1",
            "SEARCH email_verification USING COVERING INDEX email_verification_email"
        ),
        (
            "UPDATE email_verification SET verified_at = 1 WHERE token_digest = x'00' AND verified_at IS NULL",
            "SEARCH email_verification USING INDEX"
        ),
        (
            "SELECT count(*), min(at) FROM registration_event WHERE asked_from = 'x' AND at >= 1",
            "SEARCH registration_event USING COVERING INDEX registration_event_address"
        ),
        ("SELECT * FROM mail WHERE due_at <= 1 ORDER BY due_at, id LIMIT 9", "SEARCH mail USING INDEX mail_due"),
        (
            "SELECT * FROM refusal WHERE request_id = 'x' ORDER BY ordinal",
            "SEARCH refusal USING INDEX refusal_request"
        ),
        (
            "SELECT at, account_id FROM registration_event WHERE at < 1 LIMIT 500",
            "SEARCH registration_event USING PRIMARY KEY"
        ),
        (
            "SELECT id FROM revoked_token WHERE expires_at <= 1 LIMIT 500",
            "SEARCH revoked_token USING COVERING INDEX revoked_token_expiry"
        ),
        ("DELETE FROM account WHERE id = 'x'", "SEARCH account USING PRIMARY KEY"),
        ("SELECT * FROM account WHERE username_key = 'x'", "SEARCH account USING INDEX"),
        (
            """
            SELECT * FROM issued_token t JOIN session s ON s.id = t.session_id JOIN account a ON a.id = s.account_id
            WHERE t.id = 'x' AND t.expires_at > 1 AND s.is_over = 0 AND s.generation = a.generation
            """,
            "SEARCH t USING PRIMARY KEY; SEARCH s USING PRIMARY KEY; SEARCH a USING PRIMARY KEY"
        ),
        (
            "UPDATE session SET is_over = 1 WHERE account_id = 'x' AND id <> 'y'",
            "SEARCH session USING COVERING INDEX session_account"
        ),
        (
            "UPDATE refresh_token SET used_at = 1, successor_id = 'y' WHERE id = 'x' AND used_at IS NULL",
            "SEARCH refresh_token USING PRIMARY KEY"
        ),
        (
            "UPDATE account_token SET used_at = 1 WHERE digest = x'00' AND purpose = 'x' AND used_at IS NULL",
            "SEARCH account_token USING INDEX"
        ),
        (
            "SELECT count(*), min(created_at) FROM account_token WHERE payload = 'x' AND purpose = 'y' AND created_at >= 1",
            "SEARCH account_token USING COVERING INDEX account_token_payload"
        ),
        (
            "SELECT count(*), min(created_at) FROM account_token WHERE asked_from = 'x' AND created_at >= 1",
            "SEARCH account_token USING COVERING INDEX account_token_asker"
        ),
        (
            "UPDATE account_token SET used_at = 1 WHERE account_id = 'x' AND purpose = 'y' AND used_at IS NULL",
            "SEARCH account_token USING INDEX account_token_account"
        ),
        (
            "SELECT id FROM session WHERE expires_at <= 1 LIMIT 500",
            "SEARCH session USING COVERING INDEX session_expiry"
        ),
        (
            "SELECT id FROM account_token WHERE expires_at <= 1 AND created_at < 1 LIMIT 500",
            "SEARCH account_token USING INDEX account_token_expiry"
        ),
        (
            "SELECT * FROM message WHERE sender_id = 'x' AND recipient_id = 'y' AND id < 'z' ORDER BY id DESC LIMIT 9",
            "SEARCH message USING INDEX message_senders (recipient_id=? AND sender_id=? AND id<?)"
        ),
        (
            "SELECT min(sender_id) FROM message WHERE recipient_id = 'x' AND sender_id > 'y'",
            "SEARCH message USING COVERING INDEX message_senders"
        ),
        (
            "SELECT max(id) FROM message WHERE recipient_id = 'x' AND sender_id = 'y'",
            "SEARCH message USING COVERING INDEX message_senders"
        ),
    ]

    @Test(arguments: queries.indices)
    func `no query reads a whole table`(index: Int) async throws {
        let scratch = try await ScratchStores()
        let (sql, expected) = Self.queries[index]
        let steps = try scratch.stores.database.read { connection in
            try connection.query("EXPLAIN QUERY PLAN " + sql) { try $0.text(3) }
        }
        let wanted = expected.split(separator: "; ")
        #expect(!steps.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") })
        #expect(zip(steps, wanted).allSatisfy { $0.hasPrefix($1) } && steps.count >= wanted.count, "\(steps)")
    }
}
