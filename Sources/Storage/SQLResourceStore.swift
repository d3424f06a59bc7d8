package import OAuth
package import Provider

/// The resources and scopes that the operator declared.
package struct SQLResourceStore: ResourceStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func resource(_ id: ResourceIndicator) throws -> ProtectedResource? {
        try database.read { try $0.resource(id)?.resource }
    }

    package func words(of scope: Scope) throws -> [String: String] {
        try database.read { connection in
            var words: [String: String] = [:]
            for token in scope.tokens { words[token] = try connection.declaredScope(token)?.words }
            return words
        }
    }

    /// Declares `resource` for the file called `manager`, in the place of one with its identifier.
    package func put(_ resource: ProtectedResource, managedBy manager: String) async throws {
        try await database.write { try $0.put(DeclaredResource(resource: resource, manager: manager)) }
    }

    /// Withdraws a resource: no further token is for it.
    package func remove(_ id: ResourceIndicator) async throws {
        try await database.write { try $0.removeResource(id) }
    }
}

/// A resource of a file.
package struct DeclaredResource: Sendable, Equatable {
    package let resource: ProtectedResource
    /// The name of the file.
    package let manager: String

    package init(resource: ProtectedResource, manager: String) {
        (self.resource, self.manager) = (resource, manager)
    }
}

/// A scope of a file.
package struct DeclaredScope: Sendable, Equatable {
    package let token: String
    /// What people are told that it means.
    package let words: String
    /// The name of the file.
    package let manager: String

    package init(token: String, words: String, manager: String) {
        (self.token, self.words, self.manager) = (token, words, manager)
    }
}

extension Connection {
    func resource(_ id: ResourceIndicator) throws -> DeclaredResource? {
        try first("SELECT \(DeclaredResource.columns) FROM resource WHERE id = $1", [.text(id.description)]) {
            try DeclaredResource($0)
        }
    }

    func resources(of manager: String) throws -> [DeclaredResource] {
        try query(
            "SELECT \(DeclaredResource.columns) FROM resource WHERE managed_by = $1 ORDER BY id",
            [.text(manager)]
        ) { try DeclaredResource($0) }
    }

    func put(_ declared: DeclaredResource) throws {
        try execute(
            """
            INSERT INTO resource (\(DeclaredResource.columns)) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, scope = excluded.scope, managed_by = excluded.managed_by
            """,
            [
                .text(declared.resource.id.description), .text(declared.resource.name),
                .optionalText(declared.resource.scope?.description), .text(declared.manager),
            ]
        )
    }

    func removeResource(_ id: ResourceIndicator) throws {
        try execute("DELETE FROM resource WHERE id = $1", [.text(id.description)])
    }

    func declaredScope(_ token: String) throws -> DeclaredScope? {
        try first("SELECT token, words, managed_by FROM declared_scope WHERE token = $1", [.text(token)]) {
            try DeclaredScope($0)
        }
    }

    func declaredScopes(of manager: String) throws -> [DeclaredScope] {
        try query(
            "SELECT token, words, managed_by FROM declared_scope WHERE managed_by = $1 ORDER BY token",
            [.text(manager)]
        ) { try DeclaredScope($0) }
    }

    func put(_ scope: DeclaredScope) throws {
        try execute(
            """
            INSERT INTO declared_scope (token, words, managed_by) VALUES ($1, $2, $3)
            ON CONFLICT (token) DO UPDATE SET words = excluded.words, managed_by = excluded.managed_by
            """,
            [.text(scope.token), .text(scope.words), .text(scope.manager)]
        )
    }

    func removeDeclaredScope(_ token: String) throws {
        try execute("DELETE FROM declared_scope WHERE token = $1", [.text(token)])
    }
}

extension DeclaredResource {
    fileprivate static let columns = "id, name, scope, managed_by"

    /// Reads `columns`.
    fileprivate init(_ row: borrowing Row) throws {
        guard let id = ResourceIndicator(try row.text(0)) else { throw DatabaseError.corrupt("a resource") }
        let scope = try row.optionalText(2).map { try Scope($0) }
        self.init(
            resource: ProtectedResource(id: id, name: try row.text(1), scope: scope),
            manager: try row.text(3)
        )
    }
}

extension DeclaredScope {
    /// Reads `token`, `words`, `managed_by`.
    fileprivate init(_ row: borrowing Row) throws {
        self.init(token: try row.text(0), words: try row.text(1), manager: try row.text(2))
    }
}
