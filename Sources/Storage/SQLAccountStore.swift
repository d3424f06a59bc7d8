package import Accounts
import JOSE

/// The accounts, for those who administer them.
package struct SQLAccountStore: AccountStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Accounts in the order they were made, after `cursor`, which may be the id of an account deleted meanwhile; a
    /// cursor that never was an id gives none. Throws `DatabaseError`.
    package func accounts(after cursor: Account.ID?, limit: Int) throws -> [Account] {
        let limit = SQLValue.integer(Int64(limit))
        return try database.read { connection in
            guard let cursor else {
                return try connection.accounts(Self.page("ordinal > 0 ORDER BY ordinal LIMIT $1"), [limit])
            }
            let position = try connection.first(
                """
                SELECT ordinal FROM account WHERE id = $1 UNION ALL SELECT ordinal FROM former_account WHERE id = $1
                """,
                [.text(cursor.description)]
            ) { try $0.integer(0) }
            guard let position else { return [] }
            return try connection.accounts(
                Self.page("ordinal > $2 ORDER BY ordinal LIMIT $1"),
                [limit, .integer(position)]
            )
        }
    }

    /// The account with this id or email address, or nil. Throws `DatabaseError`.
    package func account(_ idOrEmail: String) throws -> Account? {
        try database.read { connection in
            if let email = EmailAddress(idOrEmail) {
                return try connection.accounts(Self.page("email_key = $1"), [.text(email.key)]).first
            }
            return try connection.accounts(Self.page("id = $1"), [.text(idOrEmail)]).first
        }
    }

    /// Changes the state and ends every sign-in. False when there is no such account. Throws `DatabaseError`.
    package func setState(_ state: Account.State, of id: Account.ID) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                "UPDATE account SET state = $2, generation = generation + 1 WHERE id = $1",
                [.text(id.description), .text(state.rawValue)]
            )
        } == 1
    }

    /// Deletes the account and its keys, and ends every verification of its address, so that registering it again takes
    /// a new one. Its id is kept and never given again. False when there is no such account. Throws `DatabaseError`.
    package func delete(_ id: Account.ID) async throws -> Bool {
        try await database.write { connection in
            let former = try connection.first(
                "DELETE FROM account WHERE id = $1 RETURNING ordinal, email_key",
                [.text(id.description)]
            ) { (ordinal: try $0.integer(0), emailKey: try $0.text(1)) }
            guard let former else { return false }
            try connection.execute(
                "INSERT INTO former_account (id, ordinal) VALUES ($1, $2)",
                [.text(id.description), .integer(former.ordinal)]
            )
            // The rows stay: they count towards the limit of mails to the address.
            try connection.execute(
                "UPDATE email_verification SET expires_at = created_at WHERE email_key = $1",
                [.text(former.emailKey)]
            )
            return true
        }
    }

    /// The query for the accounts that `condition` selects, each with its keys, a row a key.
    private static func page(_ condition: String) -> String {
        """
        SELECT a.id, a.email, a.name, a.state, a.created_at, k.thumbprint, k.registered_form
        FROM (SELECT * FROM account WHERE \(condition)) a LEFT JOIN account_key k ON k.account_id = a.id
        ORDER BY a.ordinal, k.created_at, k.thumbprint
        """
    }
}

extension Connection {
    /// The accounts of a result whose rows are an account and one of its keys, the rows of one account together.
    fileprivate func accounts(_ sql: String, _ values: [SQLValue]) throws -> [Account] {
        let rows = try query(sql, values) { row in
            let key = try row.optionalText(5).map { AccountKey(thumbprint: $0, registeredForm: try row.text(6)) }
            return Account(
                id: Account.ID(try row.text(0)),
                email: try row.email(1),
                name: try row.text(2),
                state: try row.member(3),
                createdAt: try row.time(4),
                keys: key.map { [$0] } ?? []
            )
        }
        return rows.reduce(into: []) { accounts, row in
            if let last = accounts.last, last.id == row.id {
                accounts[accounts.count - 1] = last.with(last.keys + row.keys)
            } else {
                accounts.append(row)
            }
        }
    }
}

extension Account {
    fileprivate func with(_ keys: [AccountKey]) -> Account {
        Account(id: id, email: email, name: name, state: state, createdAt: createdAt, keys: keys)
    }
}
