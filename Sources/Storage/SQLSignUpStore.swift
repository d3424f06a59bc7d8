package import Accounts
package import JOSE

/// Accounts that are made with a username and a password, and the one-time keys of administrators. Each function that writes is one
/// write: all of it happens or none.
package struct SQLSignUpStore: SignUpStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func refusal(of account: Account, _ condition: SignUpCondition?) throws -> SignUpRefusal? {
        try database.read { try $0.refusal(of: account, condition) }
    }

    /// `.constraint` also when the id of the account was ever given before.
    package func signUp(
        _ account: Account,
        password record: String,
        _ condition: SignUpCondition?
    ) async throws -> SignUpRefusal? {
        try await database.write { connection in
            if let refusal = try connection.refusal(of: account, condition) { return refusal }
            switch condition {
            case .fewer(_, let address): try connection.insertRegistration(of: account, .signUp, from: address)
            case .adminKey(let digest):
                let used = try connection.execute(
                    "UPDATE admin_key SET used_at = $2 WHERE digest = $1 AND used_at IS NULL",
                    [.blob(digest), .time(account.createdAt)]
                )
                guard used == 1 else { return .adminKeyUnknown }
            case nil: break
            }
            try connection.insert(account)
            try connection.insert(password: record, of: account.id, at: account.createdAt)
            return nil
        }
    }

    package func fileFirst(_ key: AdminKey, at now: Timestamp) async throws -> Bool {
        try await database.write { connection in
            let isLate = try connection.first("SELECT 1 FROM admin_key LIMIT 1") { try $0.integer(0) } != nil
            if try isLate || connection.hasAdministrator() { return false }
            try connection.insert(key, at: now)
            return true
        }
    }

    package func file(_ key: AdminKey, at now: Timestamp) async throws {
        try await database.write { connection in
            try connection.execute("UPDATE admin_key SET used_at = $1 WHERE used_at IS NULL", [.time(now)])
            try connection.insert(key, at: now)
        }
    }
}

extension Connection {
    /// Whether an account beside `other` has the role of an administrator and may sign in.
    func hasAdministrator(beside other: Account.ID? = nil) throws -> Bool {
        try first(
            "SELECT 1 FROM account WHERE roles LIKE '%\"admin\"%' AND state = 'active' AND activated = 1 AND id <> $1 LIMIT 1",
            [.text(other?.description ?? "")]
        ) { try $0.integer(0) } != nil
    }

    /// Why the account cannot be made, or nil: the condition first, then what is taken.
    fileprivate func refusal(of account: Account, _ condition: SignUpCondition?) throws -> SignUpRefusal? {
        switch condition {
        case .fewer(let limit, let address):
            let oldest = try oldestRegistration(.signUp, beyond: limit, from: address, at: account.createdAt)
            if let oldest { return .limited(oldest: oldest) }
        case .adminKey(let digest):
            let isGood = try first(
                "SELECT 1 FROM admin_key WHERE digest = $1 AND used_at IS NULL",
                [.blob(digest)]
            ) { try $0.integer(0) }
            if isGood == nil { return .adminKeyUnknown }
        case nil: break
        }
        return try taken(by: account) == nil ? nil : .usernameTaken
    }

    fileprivate func insert(_ key: AdminKey, at now: Timestamp) throws {
        try execute(
            "INSERT INTO admin_key (digest, created_at) VALUES ($1, $2)",
            [.blob(key.digest), .time(now)]
        )
    }
}
