package import JOSE

/// The sessions and the ids of the tokens that hang off them. Ending is one statement; no cache takes part in a decision that a
/// session is over.
package protocol SessionStore: Sendable {
    /// Files a new session with the tokens that it begins with, and returns after the commit.
    func begin(_ session: Session, tokens: [TokenRecord]) async throws

    /// The same for a session that comes of a code, with its refresh token if it has one. False when the account was signed out since.
    /// When the code was presented again already, the session is over as it begins: one caller gets tokens, and they are dead.
    func begin(_ session: Session, tokens: [TokenRecord], refresh: RefreshSuccessor?) async throws -> Bool

    /// The same for a session in a client that comes at once of one of a browser. False when that is over, or its account may not sign in
    /// or was signed out since.
    func begin(inBrowser session: Session, tokens: [TokenRecord]) async throws -> Bool

    /// Files further tokens of a session. False when the session is over.
    func add(_ tokens: [TokenRecord], to id: Session.ID, at now: Timestamp) async throws -> Bool

    /// The session and its account, or nil when it ended, expired, or its account is gone, blocked, or was signed out everywhere.
    func session(_ id: Session.ID, at now: Timestamp) async throws -> LiveSession?

    /// The session that the token with this id belongs to, under the same conditions and only while the token itself lives.
    func session(ofToken id: String, at now: Timestamp) async throws -> LiveSession?

    /// The live sessions of an account, newest first.
    func sessions(of subject: Subject.ID, at now: Timestamp) async throws -> [Session]

    /// The live sessions in clients that began in this session of a browser, oldest first.
    func clients(ofBrowser id: Session.ID, at now: Timestamp) async throws -> [Session]

    /// Notes that a session was used. Returns at once; may be lost.
    func touch(_ id: Session.ID, at now: Timestamp)

    /// Ends a remembered session, idle or not, and begins another in its place with the same end, in one step. Where that was done
    /// already, less than the grace ago, this is the session that it became. nil when the session was ended, has reached its end, was
    /// not to be remembered or is another account's, or when its account is gone, blocked, or was signed out everywhere.
    func renew(_ renewal: SessionRenewal) async throws -> LiveSession?

    /// Ends a session and those that it was renewed to, and with a browser's the sessions in clients that began in it, but for those
    /// with offline access.
    func end(_ id: Session.ID) async throws

    /// Ends a session of `subject`, with the same. False when it has none of this id.
    func end(_ id: Session.ID, of subject: Subject.ID) async throws -> Bool

    /// Ends every session of an account but `current`.
    func endAll(of subject: Subject.ID, except current: Session.ID?) async throws
}

/// A remembered session that is to go on under another id.
package struct SessionRenewal: Sendable {
    package let id: Session.ID
    package let subject: Subject.ID
    /// The id of the new session; nobody knew it before.
    package let successor: Session.ID
    package let origin: SessionOrigin
    package let now: Timestamp
    /// For how long a second renewal of the same session gets what the first one got, in seconds.
    package let grace: Int64
}

/// A token's entry in the token store: its id leads to its session, and so to its account.
package struct TokenRecord: Sendable {
    /// A ULID.
    package let id: String
    package let expiry: Timestamp

    package init(id: String, expiry: Timestamp) {
        self.id = id
        self.expiry = expiry
    }
}

/// A session that is not over, and whose it is.
package struct LiveSession: Sendable {
    package let session: Session
    package let subject: Subject

    package init(session: Session, subject: Subject) {
        self.session = session
        self.subject = subject
    }
}
