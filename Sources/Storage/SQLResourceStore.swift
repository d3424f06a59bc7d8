package import OAuth
package import Provider

/// The resources that the operator declared.
package struct SQLResourceStore: ResourceStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func resource(_ id: ResourceIndicator) throws -> ProtectedResource? {
        try database.read { connection in
            try connection.first("SELECT id, name, scope FROM resource WHERE id = $1", [.text(id.description)]) {
                try ProtectedResource($0)
            }
        }
    }

    /// Declares `resource` for the file called `manager`, in the place of one with its identifier.
    package func put(_ resource: ProtectedResource, managedBy manager: String) async throws {
        try await database.write { try $0.put(resource, managedBy: manager) }
    }

    /// Withdraws a resource: no further token is for it.
    package func remove(_ id: ResourceIndicator) async throws {
        try await database.write { try $0.removeResource(id) }
    }
}

extension Connection {
    func removeResource(_ id: ResourceIndicator) throws {
        try execute("DELETE FROM resource WHERE id = $1", [.text(id.description)])
    }

    func put(_ resource: ProtectedResource, managedBy manager: String) throws {
        try execute(
            """
            INSERT INTO resource (id, name, scope, managed_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, scope = excluded.scope, managed_by = excluded.managed_by
            """,
            [
                .text(resource.id.description), .text(resource.name), .optionalText(resource.scope?.description),
                .text(manager),
            ]
        )
    }
}

extension ProtectedResource {
    /// Reads `id`, `name`, `scope`.
    init(_ row: borrowing Row) throws {
        guard let id = ResourceIndicator(try row.text(0)) else { throw DatabaseError.corrupt("a resource") }
        self.init(id: id, name: try row.text(1), scope: try row.optionalText(2).map { try Scope($0) })
    }
}
