package import OAuth

/// An API that takes tokens of this server: its own, or one that the operator declared (RFC 8707 §1).
package struct ProtectedResource: Sendable, Equatable {
    package let id: ResourceIndicator
    /// What people are told that it is.
    package let name: String
    /// The scope that it knows; nil where nothing is said of it, and a token for it carries whatever the client may have.
    package let scope: Scope?

    package init(id: ResourceIndicator, name: String, scope: Scope?) {
        (self.id, self.name, self.scope) = (id, name, scope)
    }
}

/// The resources and scopes that the operator declared.
package protocol ResourceStore: Sendable {
    /// The resource, or nil when none is declared under this identifier.
    func resource(_ id: ResourceIndicator) async throws -> ProtectedResource?

    /// What people are told that scopes mean, by token; those that were not declared are left out.
    func words(of scope: Scope) async throws -> [String: String]
}
