package import Cryptography
package import JOSE
package import OAuth

/// Tells which access tokens are good now (RFC 9068 §4).
package struct AccessTokenVerifier: Sendable {
    private let dependencies: Dependencies
    /// Tokens whose signature was found right under a key. That never changes; everything that may, the key's being accepted
    /// included, is checked on each use.
    private let verified = BoundedCache<[UInt8], SignedToken>(capacity: 16_384)

    private struct SignedToken: Sendable {
        let token: AccessToken
        let kid: String
        let algorithm: SignatureAlgorithm
    }

    /// What tokens are signed with for everybody but the user-management face, whose RS512 is accepted only where asked for.
    package static let standardAlgorithms: Set<SignatureAlgorithm> = [.es256]

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// A good token and the account it stands for, if it does.
    package struct Verified: Sendable {
        package let token: AccessToken
        package let subject: Subject?
        /// The account's key that the token was obtained with, if it was.
        package let ownKey: SubjectKey?
        /// The sign-in that the token hangs off, if it does.
        package let session: Session?
    }

    /// Who uses a token that is looked at.
    package enum Use: Sendable {
        /// This server's own APIs: the token must be for them (RFC 9068 §4).
        case own
        /// Another resource, or nobody: whom it is for is theirs to look at.
        case anywhere
    }

    /// Throws `invalid_token` for a token that is malformed, foreign, signed with none of `algorithms`, not for `use`, expired, revoked,
    /// whose session is over, or whose account may not use it. The session of a good one counts as used.
    package func verify(
        _ compact: String,
        algorithms: Set<SignatureAlgorithm> = Self.standardAlgorithms,
        for use: Use = .own
    ) async throws -> Verified {
        let token = try signed(compact, algorithms)
        guard use == .anywhere || token.audience.contains(dependencies.settings.issuer) else {
            throw Self.refused("aud", dependencies.settings.issuer, token.audience.joined(separator: " "))
        }
        guard token.expiry > dependencies.now() else {
            throw Self.refused("exp", "after now", "\(token.expiry.seconds)")
        }
        guard try await !dependencies.revocations.isRevoked(token.id) else {
            throw Self.refused("revocation", "not revoked", token.id)
        }
        guard let generation = token.generation else {
            guard try await dependencies.clients.client(token.clientID) != nil else {
                throw Self.refused("client_id", "a registered client", "one that was removed")
            }
            return Verified(token: token, subject: nil, ownKey: nil, session: nil)
        }
        let ownKey = try await ownKey(of: token)
        let live = try await session(of: token)
        let subject =
            if let found = live?.subject ?? ownKey?.subject {
                found
            } else {
                try await dependencies.subjects.subject(Subject.ID(token.subject))
            }
        // Which sessions outlive a change of the generation is the session store's to say.
        guard let subject, try await names(subject, token), subject.isActive,
            live != nil || subject.generation == generation
        else {
            throw Self.refused("account", "active and signed in", subject == nil ? "deleted" : "blocked or signed out")
        }
        if let live { dependencies.sessions.touch(live.session.id, at: dependencies.now()) }
        return Verified(token: token, subject: subject, ownKey: ownKey, session: live?.session)
    }

    /// Whether the token is about `subject`, by its id or by the name that its client's sector has for it.
    private func names(_ subject: Subject, _ token: AccessToken) async throws -> Bool {
        if subject.id.description == token.subject { return true }
        guard let client = try await dependencies.clients.client(token.clientID) else { return false }
        return SubjectNames(dependencies).name(of: subject.id, for: client).description == token.subject
    }

    /// The session that the token hangs off and its account: token id, session and account in one look. Throws
    /// `invalid_token` when the token names one that is over.
    private func session(of token: AccessToken) async throws -> LiveSession? {
        guard let id = token.sessionID else { return nil }
        let now = dependencies.now()
        let live = try await dependencies.sessions.session(ofToken: token.id, at: now)
        guard let live, live.session.id == id, live.session.client == token.clientID, live.session.isAlive(at: now)
        else {
            throw Self.refused("sid", "a session that goes on", live == nil ? "one that is over" : "another")
        }
        return live
    }

    /// The key that a key client's token belongs to. Throws `invalid_token` when its owner took it away.
    private func ownKey(of token: AccessToken) async throws -> SubjectKey? {
        guard case .key(let thumbprint) = token.constraint, KeyClient.thumbprint(in: token.clientID) == thumbprint
        else {
            return nil
        }
        if let key = try await dependencies.subjects.key(thumbprint: thumbprint) { return key }
        throw Self.refused("cnf.jkt", "a registered key", "a key that is gone")
    }

    /// The token, its signature good under a key that is accepted now.
    private func signed(
        _ compact: String,
        _ algorithms: Set<SignatureAlgorithm>
    ) throws(OAuthError) -> AccessToken {
        let digest = Hash.digest(compact)
        if let known = verified[digest] {
            guard algorithms.contains(known.algorithm) else {
                throw Self.refused("alg", Self.names(algorithms), known.algorithm.rawValue)
            }
            guard dependencies.keys.key(known.kid, at: dependencies.now()) != nil else {
                throw Self.refused("kid", "a published key", "one that is retired or gone")
            }
            return known.token
        }
        let fresh = try verifySignature(of: compact, algorithms)
        verified[digest] = fresh
        return fresh.token
    }

    private func verifySignature(
        of compact: String,
        _ algorithms: Set<SignatureAlgorithm>
    ) throws(OAuthError) -> SignedToken {
        let signingKey: SigningKey
        let claims: JWTClaims
        do throws(JOSEError) {
            let signed = try JWS.parse(compact, policy: JWSPolicy(algorithms: algorithms, type: .required("at+jwt")))
            let key = dependencies.keys.key(signed.kid, at: dependencies.now())
            guard let key, signed.algorithm == .signature(key.algorithm) else {
                throw JOSEError(
                    .key,
                    FailedCheck("kid, alg", expected: "a published key", seen: FailedCheck.excerpt(signed.kid))
                )
            }
            try signed.verify(with: key.privateKey.publicKey)
            claims = try JWTClaims(payload: signed.payload)
            signingKey = key
        } catch {
            throw OAuthError(.invalidToken, "the access token is malformed or not of this server", error.failed)
        }
        guard let token = AccessToken(claims) else { throw Self.refused("claims", "those of RFC 9068", "others") }
        guard token.issuer == dependencies.settings.issuer else {
            throw Self.refused("iss", dependencies.settings.issuer, token.issuer)
        }
        return SignedToken(token: token, kid: signingKey.kid, algorithm: signingKey.algorithm)
    }

    private static func names(_ algorithms: Set<SignatureAlgorithm>) -> String {
        algorithms.map(\.rawValue).sorted().joined(separator: ", ")
    }

    private static func refused(_ check: String, _ expected: String, _ seen: String) -> OAuthError {
        .unusableToken(FailedCheck(check, expected: expected, seen: seen))
    }
}

extension OAuthError {
    /// One answer for every token that was good once or is good elsewhere (RFC 6750 §3.1); why is for the log.
    package static func unusableToken(_ failed: FailedCheck) -> OAuthError {
        OAuthError(.invalidToken, "the access token is expired, revoked or not for this resource", failed)
    }
}
