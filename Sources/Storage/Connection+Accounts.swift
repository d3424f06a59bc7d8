import Accounts
import JOSE

/// Accounts, read and written within the caller's read or write.
extension Connection {
    func account(_ identifier: AccountIdentifier) throws -> Account? {
        switch identifier {
        case .id(let id): try accounts("id = $1", [.text(id.description)]).first
        case .email(let email): try accounts("email_key = $1", [.text(email.key)]).first
        case .username(let username): try accounts("username_key = $1", [.text(username.key)]).first
        }
    }

    /// The accounts that `condition` selects, in the order they were made, each with its keys.
    func accounts(_ condition: String, _ values: [SQLValue]) throws -> [Account] {
        let sql = """
            SELECT a.id, a.name, a.created_at, a.username, a.email, a.email_verified, a.state, a.roles, a.permissions,
                a.profile, a.updated_at, a.last_sign_in, a.activated, a.generation, a.claims, k.thumbprint,
                k.registered_form
            FROM (SELECT * FROM account WHERE \(condition)) a LEFT JOIN account_key k ON k.account_id = a.id
            ORDER BY a.ordinal, k.created_at, k.thumbprint
            """
        let rows = try query(sql, values) { try Account($0) }
        // A row is an account and one of its keys; the rows of one account come together.
        return rows.reduce(into: []) { accounts, row in
            if accounts.last?.id == row.id {
                accounts[accounts.count - 1].keys += row.keys
            } else {
                accounts.append(row)
            }
        }
    }

    /// The place of an account in the order they were made, also of one that was deleted.
    func ordinal(of id: Account.ID) throws -> Int64? {
        try first(
            "SELECT ordinal FROM account WHERE id = $1 UNION ALL SELECT ordinal FROM former_account WHERE id = $1",
            [.text(id.description)]
        ) { try $0.integer(0) }
    }

    /// Which of an account's identifiers another account has, or nil: the username first, then the address, then a key.
    /// `itself` is nil for a new account.
    func taken(by account: Account, itself: Account.ID? = nil) throws -> InsertOutcome? {
        func isTaken(_ sql: String, _ value: String) throws -> Bool {
            let owner = try first(sql, [.text(value)]) { try $0.text(0) }
            return owner.map { $0 != itself?.description } ?? false
        }
        if let username = account.username,
            try isTaken("SELECT id FROM account WHERE username_key = $1", username.key)
        {
            return .usernameTaken
        }
        if let email = account.email, try isTaken("SELECT id FROM account WHERE email_key = $1", email.key) {
            return .emailTaken
        }
        for key in account.keys
        where try isTaken("SELECT account_id FROM account_key WHERE thumbprint = $1", key.thumbprint) {
            return .keyTaken
        }
        return nil
    }

    /// Files a new account and its keys. Throws `.constraint` when its id was ever given before.
    func insert(_ account: Account) throws {
        let inserted = try execute(
            """
            INSERT INTO account (
                id, ordinal, generation, created_at, username, username_key, email, email_key, email_verified,
                name, name_key, state, roles, permissions, profile, updated_at, last_sign_in, activated, claims
            ) SELECT $1, 1 + coalesce((SELECT max(ordinal) FROM (
                SELECT max(ordinal) AS ordinal FROM account UNION ALL SELECT max(ordinal) FROM former_account
            ) AS newest), 0), 0, $17, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
            WHERE NOT EXISTS (SELECT 1 FROM former_account WHERE id = $1)
            """,
            account.columns + [.time(account.createdAt)]
        )
        guard inserted == 1 else {
            throw DatabaseError.constraint(ConstraintViolation(kind: .primaryKey, columns: ["former_account.id"]))
        }
        for key in account.keys { try insert(key, of: account.id, at: account.createdAt) }
    }

    /// Writes all of an account that can change, and its keys.
    func update(_ account: Account, from old: Account) throws {
        try execute(
            """
            UPDATE account SET username = $2, username_key = $3, email = $4, email_key = $5, email_verified = $6,
                name = $7, name_key = $8, state = $9, roles = $10, permissions = $11, profile = $12, updated_at = $13,
                last_sign_in = $14, activated = $15, claims = $16
            WHERE id = $1
            """,
            account.columns
        )
        let (before, after) = (Set(old.keys.map(\.thumbprint)), Set(account.keys.map(\.thumbprint)))
        for thumbprint in before.subtracting(after) {
            try execute("DELETE FROM account_key WHERE thumbprint = $1", [.text(thumbprint)])
        }
        for key in account.keys where !before.contains(key.thumbprint) {
            try insert(key, of: account.id, at: account.updatedAt)
        }
    }

    private func insert(_ key: AccountKey, of id: Account.ID, at now: Timestamp) throws {
        try execute(
            "INSERT INTO account_key (thumbprint, account_id, registered_form, created_at) VALUES ($1, $2, $3, $4)",
            [.text(key.thumbprint), .text(id.description), .text(key.registeredForm), .time(now)]
        )
    }
}
