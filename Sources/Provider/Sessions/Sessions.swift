import Cryptography
import JOSE

/// Begins, continues and ends sign-ins.
package struct Sessions: Sendable {
    private let dependencies: Dependencies
    private let issuer: TokenIssuer
    private let derivation: RefreshDerivation

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        issuer = TokenIssuer(dependencies: dependencies)
        derivation = dependencies.refreshDerivation
    }

    /// A new session for an account that proved itself, under an id that nobody knew before.
    ///
    /// `generation` is the account's at the time of the proof: where all its sign-ins were ended since, this one does not
    /// begin. Throws `SessionError.invalid` then, and what the stores throw.
    package func begin(
        for subject: Subject.ID,
        generation: Int64,
        plan: SignInPlan,
        origin: SessionOrigin
    ) async throws -> SignInTokens {
        let now = dependencies.now()
        let session = newSession(of: subject, plan: plan, origin: origin, at: now)
        let access = try accessToken(for: session, generation: generation, plan: plan, at: now)
        do {
            try await dependencies.sessions.begin(session, tokens: [access.content.record])
        } catch {
            guard try await dependencies.subjects.subject(subject) != nil else { throw SessionError.invalid }
            throw error
        }
        // Whoever ends everything from here on finds the session; whoever did so before has raised the generation.
        guard let live = try await live(session.id), live.subject.isActive, live.subject.generation == generation else {
            _ = try await dependencies.sessions.end(session.id, of: subject)
            throw SessionError.invalid
        }
        guard let lifetime = plan.refreshTokenLifetime else { return SignInTokens(session, access) }
        let refresh = RefreshToken(
            id: ULID(milliseconds: now.milliseconds, random: dependencies.random),
            secret: dependencies.random.bytes(RefreshToken.secretSize)
        )
        let expiry = min(now + lifetime, session.expiry)
        try await dependencies.refreshTokens.insert(
            refresh.id,
            digest: refresh.digest,
            session: session.id,
            expiry: expiry
        )
        return SignInTokens(session, access, refresh: refresh, expiry: expiry)
    }

    /// Takes a refresh token and gives the next one, with a new access token. Throws `SessionError`; after `.reused` the
    /// session is over.
    package func refresh(_ text: String, plan: SignInPlan) async throws -> SignInTokens {
        guard let presented = RefreshToken(text), let lifetime = plan.refreshTokenLifetime else {
            throw SessionError.invalid
        }
        let now = dependencies.now()
        let offered = derivation.successor(
            of: presented,
            id: ULID(milliseconds: now.milliseconds, random: dependencies.random)
        )
        let rotation = try await dependencies.refreshTokens.rotate(
            presented,
            to: RefreshSuccessor(id: offered.id, digest: offered.digest, expiry: now + lifetime),
            grace: dependencies.settings.refreshGrace,
            at: now
        )
        switch rotation {
        case .invalid: throw SessionError.invalid
        case .reused: throw SessionError.reused
        case .rotated(let id, let live):
            let (session, subject) = (live.session, live.subject)
            guard session.client == plan.client, session.isAlive(at: now), subject.isActive else {
                throw SessionError.invalid
            }
            let access = try accessToken(for: session, generation: subject.generation, plan: plan, at: now)
            guard try await dependencies.sessions.add([access.content.record], to: session.id, at: now) else {
                throw SessionError.invalid
            }
            dependencies.sessions.touch(session.id, at: now)
            return SignInTokens(
                session,
                access,
                refresh: derivation.successor(of: presented, id: id),
                expiry: min(now + lifetime, session.expiry)
            )
        }
    }

    /// The session and its account, or nil when it is over.
    package func live(_ id: Session.ID) async throws -> LiveSession? {
        let now = dependencies.now()
        guard let live = try await dependencies.sessions.session(id, at: now), live.session.isAlive(at: now) else {
            return nil
        }
        return live
    }

    /// Notes that a session was used: its idle time starts again.
    package func touch(_ id: Session.ID) {
        dependencies.sessions.touch(id, at: dependencies.now())
    }

    /// The live sessions of an account, newest first.
    package func list(of subject: Subject.ID) async throws -> [Session] {
        try await dependencies.sessions.sessions(of: subject, at: dependencies.now())
    }

    /// Goes on with a remembered session that was idle too long: a new one in its place, with the same end. Calls at the same
    /// time get the same one. nil when the session was ended, has reached its end, was not to be remembered or is not the account's,
    /// or when the account may not sign in or was signed out everywhere since.
    package func renew(
        _ id: Session.ID,
        of subject: Subject.ID,
        origin: SessionOrigin
    ) async throws -> LiveSession? {
        try await dependencies.sessions.renew(
            SessionRenewal(
                id: id,
                subject: subject,
                successor: Session.ID(UUIDv4(random: dependencies.random).string),
                origin: origin,
                now: dependencies.now(),
                grace: dependencies.settings.refreshGrace
            )
        )
    }

    /// Ends a session, those that it was renewed to, and all their tokens: for who holds the session's cookie.
    package func end(_ id: Session.ID) async throws {
        try await dependencies.sessions.end(id)
    }

    /// Ends a session and all its tokens. False when the account has none of this id.
    @discardableResult
    package func end(_ id: Session.ID, of subject: Subject.ID) async throws -> Bool {
        try await dependencies.sessions.end(id, of: subject)
    }

    /// Ends every session of an account but `current`.
    package func endAll(of subject: Subject.ID, except current: Session.ID? = nil) async throws {
        try await dependencies.sessions.endAll(of: subject, except: current)
    }

    private func newSession(
        of subject: Subject.ID,
        plan: SignInPlan,
        origin: SessionOrigin,
        at now: Timestamp
    ) -> Session {
        Session(
            id: Session.ID(UUIDv4(random: dependencies.random).string),
            subject: subject,
            client: plan.client,
            times: SessionTimes(
                startedAt: now,
                lastSeenAt: now,
                expiry: now + plan.limits.absolute,
                idleLimit: plan.limits.idle
            ),
            isRemembered: plan.isRemembered,
            origin: origin
        )
    }

    private func accessToken(
        for session: Session,
        generation: Int64,
        plan: SignInPlan,
        at now: Timestamp
    ) throws -> TokenIssuer.SignedToken {
        let lifetime = min(plan.accessTokenLifetime, dependencies.settings.longestTokenLifetime)
        let contents = TokenIssuer.Contents(
            subject: session.subject,
            generation: generation,
            session: session.id,
            client: plan.client,
            audience: Audience(names: [dependencies.settings.issuer], scope: plan.scope),
            constraint: .none
        )
        return try issuer.sign(
            contents,
            algorithm: plan.algorithm,
            from: now,
            until: min(now + lifetime, session.expiry)
        )
    }
}

extension AccessToken {
    /// Its entry in the token store.
    var record: TokenRecord { TokenRecord(id: id, expiry: expiry) }
}

extension SignInTokens {
    fileprivate init(
        _ session: Session,
        _ access: TokenIssuer.SignedToken,
        refresh: RefreshToken? = nil,
        expiry: Timestamp? = nil
    ) {
        self.session = session
        accessToken = access.compact
        accessTokenID = access.content.id
        accessTokenExpiry = access.content.expiry
        refreshToken = refresh?.text
        refreshTokenExpiry = expiry
    }
}
