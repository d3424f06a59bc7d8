package import OAuth

/// What a grant proves: who, which client, and the scope that was asked for.
package struct Authorization: Sendable {
    /// The account, or nil when the client acts for itself.
    package let subject: Subject?
    package let client: Client
    /// What was asked for, or nil when the request named no scope.
    package let requestedScope: Scope?
    package let constraint: SenderConstraint
    /// The resources that the tokens may be for (RFC 8707 §2.2), empty for the server alone; nil where the client itself decides.
    package let resources: [ResourceIndicator]?
    /// The sign-in that the tokens hang off, or nil where there is none.
    package let session: SignIn?

    /// A sign-in in a client.
    package enum SignIn: Sendable {
        case begins(ClientSignIn)
        /// One that goes on; `refresh` is the token that continues it next.
        case continues(LiveSession, refresh: RefreshToken)
    }

    package init(
        subject: Subject?,
        client: Client,
        requestedScope: Scope?,
        constraint: SenderConstraint,
        resources: [ResourceIndicator]? = nil,
        session: SignIn? = nil
    ) {
        self.subject = subject
        self.client = client
        self.requestedScope = requestedScope
        self.constraint = constraint
        self.resources = resources
        self.session = session
    }
}

/// The key that a token belongs to (RFC 7800 §3.1).
package enum SenderConstraint: Sendable, Equatable {
    case none
    /// The RFC 7638 thumbprint of the key, told in `cnf.jkt`.
    case key(thumbprint: String)
}
