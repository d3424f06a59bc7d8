package import OAuth

/// What a grant proves: who, which client, and the scope that was asked for.
package struct Authorization: Sendable {
    /// The account, or nil when the client acts for itself.
    package let subject: Subject?
    package let client: Client
    /// What was asked for, or nil when the request named no scope.
    package let requestedScope: Scope?
    package let constraint: SenderConstraint

    package init(subject: Subject?, client: Client, requestedScope: Scope?, constraint: SenderConstraint) {
        self.subject = subject
        self.client = client
        self.requestedScope = requestedScope
        self.constraint = constraint
    }
}

/// The key that a token belongs to (RFC 7800 §3.1).
package enum SenderConstraint: Sendable, Equatable {
    case none
    /// The RFC 7638 thumbprint of the key, told in `cnf.jkt`.
    case key(thumbprint: String)
}
