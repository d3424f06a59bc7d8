package import JOSE
package import OAuth

/// What people allowed to clients, remembered.
package protocol ConsentStore: Sendable {
    /// What `subject` allowed to `client`, or nil when nothing.
    func scope(of subject: Subject.ID, to client: Client.ID) async throws -> Scope?

    /// Adds `scope` to what `subject` allowed to `client`.
    func allow(_ scope: Scope, of subject: Subject.ID, to client: Client.ID, at now: Timestamp) async throws

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
    package let givenAt: Timestamp

    package init(client: Client.ID, scope: Scope, givenAt: Timestamp) {
        self.client = client
        self.scope = scope
        self.givenAt = givenAt
    }
}
