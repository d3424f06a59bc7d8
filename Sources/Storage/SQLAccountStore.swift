package import Accounts
package import JOSE

/// The accounts. Each function that writes is one write; what ends sign-ins is in `Connection+SignOut`.
package struct SQLAccountStore: AccountStore {
    let database: Database
    private let known: ReadCache<Account>

    package init(_ database: Database) {
        self.database = database
        known = ReadCache(database.stamps)
    }

    /// Throws `DatabaseError`, as every function here. Asked for by its id, an account is read again only when it may have changed.
    package func account(_ identifier: AccountIdentifier) throws -> Account? {
        guard case .id(let id) = identifier else { return try database.read { try $0.account(identifier) } }
        return try known.value(id.description, rows: { ReadRows(account: $0.id.description) }) {
            try database.read { try $0.account(identifier) }
        }
    }

    /// A cursor that never was an id gives none.
    package func accounts(after cursor: Account.ID?, search: String?, limit: Int) throws -> [Account] {
        try database.read { connection in
            var position: Int64 = 0
            if let cursor {
                guard let found = try connection.ordinal(of: cursor) else { return [] }
                position = found
            }
            let values: [SQLValue] = [.integer(Int64(limit)), .integer(position)]
            guard let search, !search.isEmpty else {
                return try connection.accounts("ordinal > $2 ORDER BY ordinal LIMIT $1", values)
            }
            return try connection.accounts(
                """
                ordinal > $2 AND id IN (
                    SELECT id FROM account WHERE username_key >= $3 AND username_key < $4
                    UNION SELECT id FROM account WHERE email_key >= $3 AND email_key < $4
                    UNION SELECT id FROM account WHERE name_key >= $3 AND name_key < $4
                ) ORDER BY ordinal LIMIT $1
                """,
                values + SearchKey.range(search)
            )
        }
    }

    package func count() throws -> Int {
        try database.read { connection in
            Int(try connection.first("SELECT count(*) FROM account") { try $0.integer(0) } ?? 0)
        }
    }

    /// Throws `.constraint` also when the id of the account was ever given before.
    package func insert(_ account: Account, password: String?) async throws -> InsertOutcome {
        try await database.write { connection in
            if let taken = try connection.taken(by: account) { return taken }
            try connection.insert(account)
            if let password { try connection.insert(password: password, of: account.id, at: account.createdAt) }
            return .inserted
        }
    }

    package func revise(
        _ id: Account.ID,
        _ revision: AccountRevision,
        at now: Timestamp
    ) async throws -> UpdateOutcome {
        try await database.write { connection in
            guard let old = try connection.account(.id(id)) else { return .unknown }
            var new = old
            try revision.change(&new)
            new.updatedAt = now
            if revision.keepsAdministrator, old.isAdministrating, !new.isAdministrating,
                try !connection.hasAdministrator(beside: id)
            {
                return .lastAdministrator
            }
            switch try connection.taken(by: new, itself: id) {
            case .usernameTaken: return .usernameTaken
            case .emailTaken: return .emailTaken
            case .keyTaken:
                throw DatabaseError.constraint(
                    ConstraintViolation(kind: .primaryKey, columns: ["account_key.thumbprint"])
                )
            case .inserted, nil: break
            }
            try connection.update(new, from: old)
            if let password = revision.password {
                try connection.replacePassword(password, of: id, except: revision.current, at: now)
            }
            if new.state != old.state || new.hasOtherRights(than: old) { try connection.signOut(id) }
            // Read again: its generation may be another now.
            return .updated(try connection.account(.id(id)) ?? new)
        }
    }

    package func setState(_ state: Account.State, of id: Account.ID) async throws -> Bool {
        try await database.write { connection in
            let changed = try connection.execute(
                "UPDATE account SET state = $2 WHERE id = $1",
                [.text(id.description), .text(state.rawValue)]
            )
            if changed == 1 { try connection.signOut(id) }
            return changed == 1
        }
    }

    /// Deletes the account with all that hangs off it, and ends every verification of its address, so that registering
    /// it again takes a new one. Its id is kept and never given again.
    package func delete(_ id: Account.ID, keepsAdministrator: Bool) async throws -> DeletionOutcome {
        try await database.write { connection in
            guard let account = try connection.account(.id(id)) else { return .unknown }
            if keepsAdministrator, account.isAdministrating, try !connection.hasAdministrator(beside: id) {
                return .lastAdministrator
            }
            return try connection.delete(id) ? .deleted : .unknown
        }
    }

    package func noteSignIn(_ id: Account.ID, at now: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE account SET last_sign_in = $2 WHERE id = $1",
                [.text(id.description), .time(now)]
            )
        }
    }
}

extension Connection {
    /// Deletes an account with all that hangs off it, and keeps its id. False when there is no such account.
    func delete(_ id: Account.ID) throws -> Bool {
        // Clients are told of the end of the sessions in them while these are there.
        try signOut(id)
        let former = try first(
            "DELETE FROM account WHERE id = $1 RETURNING ordinal, email_key",
            [.text(id.description)]
        ) { (ordinal: try $0.integer(0), emailKey: try $0.optionalText(1)) }
        guard let former else { return false }
        try execute(
            "INSERT INTO former_account (id, ordinal) VALUES ($1, $2)",
            [.text(id.description), .integer(former.ordinal)]
        )
        // The rows stay: they count towards the limit of mails to the address.
        try execute(
            "UPDATE email_verification SET expires_at = created_at WHERE email_key = $1",
            [.optionalText(former.emailKey)]
        )
        return true
    }
}
