package import JOSE
import OAuth
package import Provider

/// The registered applications.
package struct SQLClientStore: ClientStore {
    private let database: Database
    /// Key sets by their text, which determines them: nothing here can be out of date.
    private let keySets = BoundedCache<String, JWKSet>(capacity: 1024)
    /// Likewise.
    private let metadata = BoundedCache<String, ClientMetadata>(capacity: 1024)

    /// Likewise.
    private let policies = BoundedCache<String, ClientPolicy>(capacity: 1024)

    private static let columns = """
        id, name, authentication, secret_digest, sealed_secret, jwks, scope, grants, must_answer_challenge,
        is_resource_server, metadata, registration_digest, hears_of_logout, jwks_uri, policy,
        managed_by
        """

    package init(_ database: Database) {
        self.database = database
    }

    /// The client, or nil. Throws `DatabaseError`.
    package func client(_ id: Client.ID) throws -> Client? {
        try database.read { connection in
            try connection.first("SELECT \(Self.columns) FROM client WHERE id = $1", [.text(id.description)], client)
        }
    }

    /// All clients by id. Throws `DatabaseError`.
    package func clients() throws -> [Client] {
        try database.read { try $0.query("SELECT \(Self.columns) FROM client ORDER BY id", [], client) }
    }

    /// Registers `client`; its `owner` is not kept. Throws `DatabaseError.constraint` (`isDuplicate`) when the id is
    /// taken.
    package func add(_ client: Client, at time: Timestamp) async throws {
        let values = Self.values(of: client)
        try await database.write { try Self.insert(values, from: nil, at: time, $0) }
    }

    /// Registers a client that came by itself; when the oldest of those came that leave no room for it, or nil when it is registered.
    /// Throws `DatabaseError`.
    package func register(
        _ client: Client,
        from network: String,
        limit: Int?,
        at time: Timestamp
    ) async throws -> Timestamp? {
        let values = Self.values(of: client)
        return try await database.write { connection in
            if let limit {
                let recent = try connection.tally(
                    "SELECT count(*), min(created_at) FROM client WHERE registered_from = $1 AND created_at >= $2",
                    [.text(network), .time(time - Self.countedSeconds)]
                )
                if recent.count >= limit { return recent.oldest ?? time }
            }
            try Self.insert(values, from: network, at: time, connection)
            return nil
        }
    }

    /// For how long a registration counts towards the limit, in seconds.
    static let countedSeconds: Int64 = 3600

    private static func insert(
        _ values: [SQLValue],
        from network: String?,
        at time: Timestamp,
        _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO client (\(columns), created_at, registered_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """,
            values + [.time(time), .optionalText(network)]
        )
    }

    /// Puts `client` in the place of the one with its id. False when there is none. Throws `DatabaseError`.
    package func replace(_ client: Client) async throws -> Bool {
        let values = Self.values(of: client)
        return try await database.write { try Self.replace(values, $0) }
    }

    private static func replace(_ values: [SQLValue], _ connection: Connection) throws -> Bool {
        try connection.execute(
            """
            UPDATE client SET (\(columns)) =
                ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            WHERE id = $1
            """,
            values
        ) == 1
    }

    /// `$1` to `$16`: the values of `columns`.
    private static func values(of client: Client) -> [SQLValue] {
        [.text(client.id.description), .text(client.name), .text(client.authentication.rawValue)]
            + credential(client.credential)
            + [
                .text(client.scope.description),
                .text(client.grants.map(\.description).sorted().joined(separator: " ")),
                .boolean(client.mustAnswerChallenge), .boolean(client.isResourceServer),
                .json(.object(client.metadata.json)), .optionalBlob(client.registrationDigest),
                .boolean(client.metadata.backChannelLogoutURI != nil),
                .optionalText(url(in: client.credential)), .json(.object(client.policy.json)),
                .optionalText(client.manager),
            ]
    }

    private static func url(in credential: Client.Credential) -> String? {
        if case .publishedKeys(let url) = credential { url.description } else { nil }
    }

    /// Takes the client out, with the sessions of people in it and what they allowed it. False when there was none. Throws
    /// `DatabaseError`.
    package func remove(_ id: Client.ID) async throws -> Bool {
        try await database.write { try Self.remove(id, $0) }
    }

    static func remove(_ id: Client.ID, _ connection: Connection) throws -> Bool {
        let name: [SQLValue] = [.text(id.description)]
        guard try connection.execute("DELETE FROM client WHERE id = $1", name) == 1 else { return false }
        try connection.execute("UPDATE session SET is_over = 1 WHERE client = $1 AND browser_id IS NOT NULL", name)
        try connection.execute("DELETE FROM consent WHERE client = $1", name)
        return true
    }

    /// The clients of the file called `manager`, and those with one of these ids.
    func clients(of manager: String, and ids: [Client.ID], _ connection: Connection) throws -> [Client] {
        let managed = try connection.query(
            "SELECT \(Self.columns) FROM client WHERE managed_by = $1 ORDER BY id",
            [.text(manager)],
            client
        )
        return try managed
            + ids.filter { id in !managed.contains { $0.id == id } }.compactMap { id in
                try connection.first(
                    "SELECT \(Self.columns) FROM client WHERE id = $1",
                    [.text(id.description)],
                    client
                )
            }
    }

    /// Files `client`, in the place of the one with its id if there is one.
    static func put(_ client: Client, at time: Timestamp, _ connection: Connection) throws {
        let values = values(of: client)
        if try !replace(values, connection) { try insert(values, from: nil, at: time, connection) }
    }

    /// The columns `secret_digest`, `sealed_secret` and `jwks`; one of them and `jwks_uri` has a value.
    private static func credential(_ credential: Client.Credential) -> [SQLValue] {
        switch credential {
        case .secretDigest(let digest): [.blob(digest), .null, .null]
        case .sealedSecret(let sealed): [.null, .blob(sealed), .null]
        case .keys(let keys): [.null, .null, .text(String(decoding: keys.toPublicJSON().encoded(), as: UTF8.self))]
        case .publishedKeys, .none: [.null, .null, .null]
        }
    }

    private func client(_ row: borrowing Row) throws -> Client {
        var client = Client(
            id: Client.ID(try row.text(0)),
            name: try row.text(1),
            authentication: try row.member(2),
            credential: try credential(row),
            scope: try Scope(try row.text(6))
        )
        client.grants = Set(
            try row.text(7).utf8.split(separator: UInt8(ascii: " ")).map { GrantType(String(Substring($0))) }
        )
        client.mustAnswerChallenge = try row.boolean(8)
        client.isResourceServer = try row.boolean(9)
        client.metadata = try metadata(row)
        client.registrationDigest = try row.optionalBlob(11)
        client.policy = try policy(row)
        client.manager = try row.optionalText(15)
        return client
    }

    private func metadata(_ row: borrowing Row) throws -> ClientMetadata {
        let text = try row.text(10)
        if let known = metadata[text] { return known }
        guard let object = try row.json(10).objectValue else { throw DatabaseError.corrupt("client metadata") }
        let metadata = try ClientMetadata(json: object)
        self.metadata[text] = metadata
        return metadata
    }

    /// Nearly every client has none of its own.
    private func policy(_ row: borrowing Row) throws -> ClientPolicy {
        let text = try row.text(14)
        if text == "{}" { return ClientPolicy() }
        if let known = policies[text] { return known }
        guard let object = try row.json(14).objectValue else { throw DatabaseError.corrupt("a client's policy") }
        let policy = try ClientPolicy(json: object)
        policies[text] = policy
        return policy
    }

    private func credential(_ row: borrowing Row) throws -> Client.Credential {
        if try row.text(2) == ClientAuthenticationMethod.none.rawValue { return .none }
        if let digest = try row.optionalBlob(3) { return .secretDigest(digest) }
        if let sealed = try row.optionalBlob(4) { return .sealedSecret(sealed) }
        if let url = try row.optionalText(13) {
            guard let address = WebAddress(url) else { throw DatabaseError.corrupt("jwks_uri") }
            return .publishedKeys(address)
        }
        let text = try row.text(5)
        if let known = keySets[text] { return .keys(known) }
        let keys = try JWKSet(json: JSONObject.parse(Array(text.utf8)), unusable: .refused)
        keySets[text] = keys
        return .keys(keys)
    }
}
