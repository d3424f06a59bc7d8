import Accounts

extension Connection {
    /// Ends every sign-in of an account but the session `current`: counts its generation up, which kills every token
    /// without a session, and marks its sessions as over. `current` lives on in the new generation if it was alive.
    func signOut(_ id: Account.ID, except current: String? = nil) throws {
        let generation = try first(
            "UPDATE account SET generation = generation + 1 WHERE id = $1 RETURNING generation",
            [.text(id.description)]
        ) { try $0.integer(0) }
        guard let generation else { return }
        let kept = SQLValue.text(current ?? "")
        try execute(
            "UPDATE session SET generation = $3 WHERE account_id = $1 AND id = $2 AND is_over = 0 AND generation = $3 - 1",
            [.text(id.description), kept, .integer(generation)]
        )
        try execute(
            "UPDATE session SET is_over = 1 WHERE account_id = $1 AND id <> $2",
            [.text(id.description), kept]
        )
    }

    func exists(_ sql: String, _ value: String) throws -> Bool {
        try first(sql, [.text(value)]) { try $0.integer(0) } != nil
    }
}
