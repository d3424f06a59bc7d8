package import Cryptography
package import JOSE
package import OAuth

/// What a code stands for: all that its redemption is compared with, and what comes of it (RFC 6749 §4.1.2).
package struct AuthorizationCode: Sendable {
    package let id: ULID
    /// The SHA-256 of the secret.
    package let digest: [UInt8]
    package let client: Client.ID
    package let person: Person
    package let terms: Terms
    package let expiry: Timestamp

    /// The code that `request` gives for the person of `live`.
    init(_ id: ULID, digest: [UInt8], live: LiveSession, request: AuthorizationRequest, expiry: Timestamp) {
        self.id = id
        self.digest = digest
        client = request.client.id
        person = Person(
            subject: live.subject.id,
            generation: live.subject.generation,
            session: live.session.id,
            authenticatedAt: live.session.authenticatedAt
        )
        terms = Terms(
            redirectURI: request.target.redirectURI,
            scope: request.scope,
            nonce: request.nonce,
            codeChallenge: request.codeChallenge,
            claims: request.claims,
            resources: request.resources.map(\.id)
        )
        self.expiry = expiry
    }

    /// A code that a store reads back.
    package init(
        id: ULID,
        digest: [UInt8],
        client: Client.ID,
        person: Person,
        terms: Terms,
        expiry: Timestamp
    ) {
        self.id = id
        self.digest = digest
        self.client = client
        self.person = person
        self.terms = terms
        self.expiry = expiry
    }

    /// Who allowed it.
    package struct Person: Sendable {
        package let subject: Subject.ID
        /// The account's generation when the code was issued.
        package let generation: Int64
        /// The browser's session that it came from.
        package let session: Session.ID
        package let authenticatedAt: Timestamp

        package init(subject: Subject.ID, generation: Int64, session: Session.ID, authenticatedAt: Timestamp) {
            self.subject = subject
            self.generation = generation
            self.session = session
            self.authenticatedAt = authenticatedAt
        }
    }

    /// What was asked for and allowed.
    package struct Terms: Sendable {
        package let redirectURI: String
        package let scope: Scope
        package let nonce: String?
        package let codeChallenge: String?
        package let claims: ClaimsRequest
        package let resources: [ResourceIndicator]

        package init(
            redirectURI: String,
            scope: Scope,
            nonce: String?,
            codeChallenge: String?,
            claims: ClaimsRequest,
            resources: [ResourceIndicator]
        ) {
            self.redirectURI = redirectURI
            self.scope = scope
            self.nonce = nonce
            self.codeChallenge = codeChallenge
            self.claims = claims
            self.resources = resources
        }
    }
}

/// Keeps codes by their digest. Taking is one statement.
package protocol AuthorizationCodeStore: Sendable {
    /// Files a new code.
    func file(_ code: AuthorizationCode) async throws

    /// Takes a code, once, whoever presents it; `session` is the one that is to come of it. A code that was taken before ends what
    /// came of it, also when that is about to begin.
    func take(_ id: ULID, digest: [UInt8], for session: Session.ID, at now: Timestamp) async throws -> Taking
}

/// What became of a code that a client presented.
package enum Taking: Sendable {
    case taken(AuthorizationCode)
    /// No such code, or another secret.
    case unknown
    case expired
    /// Taken before; what came of it is over now.
    case reused
}
