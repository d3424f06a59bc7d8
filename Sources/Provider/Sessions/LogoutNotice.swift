package import JOSE

/// That a person's session in a client is over, for the client to be told (OIDC Back-Channel Logout §2).
package struct LogoutNotice: Sendable {
    /// The session that is over: the `sid` of its ID tokens.
    package let session: Session.ID
    package let subject: Subject.ID
    package let client: Client.ID
    /// How often it was tried.
    package let attempts: Int

    package init(session: Session.ID, subject: Subject.ID, client: Client.ID, attempts: Int) {
        self.session = session
        self.subject = subject
        self.client = client
        self.attempts = attempts
    }
}

/// The notices that wait. They are filed where sessions end, in the same transaction.
package protocol LogoutNoticeStore: Sendable {
    /// Those that are due, the oldest of each client, `limit` at most: no client holds up another.
    func due(at now: Timestamp, limit: Int) async throws -> [LogoutNotice]

    /// Leaves one for later and counts an attempt.
    func postpone(_ session: Session.ID, until time: Timestamp) async throws

    /// Takes one out: it was delivered or given up.
    func remove(_ session: Session.ID) async throws
}
