package import JOSE
package import OAuth

/// What people allowed to clients, remembered.
package protocol ConsentStore: Sendable {
    /// What `subject` allowed to `client`, or nil when nothing.
    func consent(of subject: Subject.ID, to client: Client.ID) async throws -> Consent?

    /// Adds `scope`, and `resources` as what it may be used at, to what `subject` allowed to `client`.
    func allow(
        _ scope: Scope,
        at resources: [ResourceIndicator],
        of subject: Subject.ID,
        to client: Client.ID,
        now: Timestamp
    ) async throws

    /// All that `subject` allowed, newest first.
    func consents(of subject: Subject.ID) async throws -> [Consent]

    /// Takes back what `subject` allowed to `client`, and ends the client's sessions of this account in the same transaction. False
    /// when there was nothing.
    func revoke(_ client: Client.ID, of subject: Subject.ID) async throws -> Bool
}

/// A remembered approval.
package struct Consent: Sendable {
    package let client: Client.ID
    package let scope: Scope
    /// The resources that it may be used at, besides the server itself.
    package let resources: [ResourceIndicator]
    package let givenAt: Timestamp

    package init(client: Client.ID, scope: Scope, resources: [ResourceIndicator], givenAt: Timestamp) {
        self.client = client
        self.scope = scope
        self.resources = resources
        self.givenAt = givenAt
    }
}
