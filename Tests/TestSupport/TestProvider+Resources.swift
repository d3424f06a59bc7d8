import OAuth
import Provider
import Storage

extension TestProvider {
    /// Declares a protected resource, as an operator's file would.
    package func declare(_ id: String, scope: String?, name: String = "Orders") async throws {
        let resource = ProtectedResource(
            id: ResourceIndicator(id)!,
            name: name,
            scope: try scope.map { try Scope($0) }
        )
        try await stores.resources.put(resource, managedBy: "test")
    }
}
