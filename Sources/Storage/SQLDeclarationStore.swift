package import JOSE
package import OAuth
package import Provider

/// What files declare: clients, resources and scopes, each of one file.
package struct SQLDeclarationStore: Sendable {
    private let database: Database
    private let clients: SQLClientStore

    package init(_ database: Database, clients: SQLClientStore) {
        (self.database, self.clients) = (database, clients)
    }

    /// What is there under these names, and all that the file called `manager` declared. Throws `DatabaseError`.
    package func state(of names: DeclaredNames) throws -> DeclaredState {
        try database.read { try state(of: names, $0) }
    }

    /// Makes what `decide` says of what is there, in one transaction, and returns its report. Throws `DatabaseError` and what `decide`
    /// throws.
    package func apply<Report: Sendable>(
        to names: DeclaredNames,
        at time: Timestamp,
        _ decide: @escaping @Sendable (DeclaredState) throws -> (DeclaredChanges, Report)
    ) async throws -> Report {
        try await database.write { connection in
            let (changes, report) = try decide(try state(of: names, connection))
            for scope in changes.scopes { try connection.put(scope) }
            for resource in changes.resources { try connection.put(resource) }
            for client in changes.clients { try SQLClientStore.put(client, at: time, connection) }
            for id in changes.removed.clients { _ = try SQLClientStore.remove(id, connection) }
            for id in changes.removed.resources { try connection.removeResource(id) }
            for token in changes.removed.scopes { try connection.removeDeclaredScope(token) }
            return report
        }
    }

    private func state(of names: DeclaredNames, _ connection: Connection) throws -> DeclaredState {
        let resources = try connection.resources(of: names.manager)
        let scopes = try connection.declaredScopes(of: names.manager)
        return DeclaredState(
            clients: try clients.clients(of: names.manager, and: names.clients, connection),
            resources: try resources
                + names.resources.filter { id in !resources.contains { $0.resource.id == id } }
                .compactMap { try connection.resource($0) },
            scopes: try scopes
                + names.scopes.filter { token in !scopes.contains { $0.token == token } }
                .compactMap { try connection.declaredScope($0) }
        )
    }
}

/// The names of what a file declares.
package struct DeclaredNames: Sendable {
    /// The name of the file.
    package let manager: String
    package var clients: [Client.ID] = []
    package var resources: [ResourceIndicator] = []
    /// Scope tokens.
    package var scopes: [String] = []

    package init(manager: String) {
        self.manager = manager
    }
}

/// What a database has of them.
package struct DeclaredState: Sendable {
    package let clients: [Client]
    package let resources: [DeclaredResource]
    package let scopes: [DeclaredScope]
}

/// What is to be put there, in the place of what has the same name, and what is to go.
package struct DeclaredChanges: Sendable {
    package var clients: [Client] = []
    package var resources: [DeclaredResource] = []
    package var scopes: [DeclaredScope] = []
    package var removed: DeclaredNames

    package init(manager: String) {
        removed = DeclaredNames(manager: manager)
    }
}
