package import JOSE
package import Social

/// Friendships: two rows each, one for either side, so that a person's friends are one range of the table.
package struct SQLFriendshipStore: FriendshipStore {
    private let database: Database
    private let known: ReadCache<[Person]>

    package init(_ database: Database) {
        self.database = database
        known = ReadCache(database.stamps, capacity: 4096)
    }

    /// Throws `DatabaseError`.
    package func befriend(_ one: Person, _ other: Person, at now: Timestamp) async throws -> BefriendOutcome {
        try await database.write { connection in
            guard try connection.isActive(other) else { return .unknown }
            let made = try connection.execute(
                """
                INSERT INTO friendship (account_id, friend_id, created_at) VALUES ($1, $2, $3), ($2, $1, $3)
                ON CONFLICT DO NOTHING
                """,
                [.text(one.description), .text(other.description), .time(now)]
            )
            return made == 0 ? .alreadyFriends : .friends
        }
    }

    /// Throws `DatabaseError`.
    package func unfriend(_ one: Person, _ other: Person) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                """
                DELETE FROM friendship
                WHERE (account_id = $1 AND friend_id = $2) OR (account_id = $2 AND friend_id = $1)
                """,
                [.text(one.description), .text(other.description)]
            ) > 0
        }
    }

    /// Throws `DatabaseError`.
    package func friends(of person: Person) throws -> [Person] {
        let rows = ReadRows(friendsOf: person.description)
        return try known.value(person.description, rows: { _ in rows }) {
            try database.read { connection in
                try connection.query(
                    "SELECT friend_id FROM friendship WHERE account_id = $1 ORDER BY created_at, friend_id",
                    [.text(person.description)]
                ) { Person(try $0.text(0)) }
            }
        } ?? []
    }
}

extension Connection {
    /// Whether there is such an account, activated and not blocked.
    func isActive(_ person: Person) throws -> Bool {
        try first(
            "SELECT 1 FROM account WHERE id = $1 AND state = 'active' AND activated = 1",
            [.text(person.description)]
        ) { try $0.integer(0) } != nil
    }
}
