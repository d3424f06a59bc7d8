import Cryptography
import JOSE
import OAuth

/// Tells which access tokens are good now (RFC 9068 §4).
package struct AccessTokenVerifier: Sendable {
    private let dependencies: Dependencies
    /// Tokens whose signature was found right under a key. That never changes; everything that may, the key's being accepted
    /// included, is checked on each use.
    private let verified = BoundedCache<[UInt8], SignedToken>(capacity: 16_384)

    private struct SignedToken: Sendable {
        let token: AccessToken
        let kid: String
    }

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// A good token and the account it stands for, if it does.
    package struct Verified: Sendable {
        package let token: AccessToken
        package let subject: Subject?
        /// The account's key that the token was obtained with, if it was.
        package let ownKey: SubjectKey?
    }

    /// Throws `invalid_token` for a token that is malformed, foreign, expired, revoked, or whose account may not use it.
    package func verify(_ compact: String) async throws -> Verified {
        let token = try signed(compact)
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
            return Verified(token: token, subject: nil, ownKey: nil)
        }
        let ownKey = try await ownKey(of: token)
        let subject =
            if let ownKey { ownKey.subject } else { try await dependencies.subjects.subject(Subject.ID(token.subject)) }
        guard let subject, subject.id.description == token.subject, subject.isActive, subject.generation == generation
        else {
            throw Self.refused("account", "active and signed in", subject == nil ? "deleted" : "blocked or signed out")
        }
        return Verified(token: token, subject: subject, ownKey: ownKey)
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
    private func signed(_ compact: String) throws(OAuthError) -> AccessToken {
        let digest = Hash.digest(compact)
        if let known = verified[digest] {
            guard dependencies.keys.key(known.kid, at: dependencies.now()) != nil else {
                throw Self.refused("kid", "a published key", "one that is retired or gone")
            }
            return known.token
        }
        let fresh = try verifySignature(of: compact)
        verified[digest] = fresh
        return fresh.token
    }

    private func verifySignature(of compact: String) throws(OAuthError) -> SignedToken {
        let kid: String
        let claims: JWTClaims
        do throws(JOSEError) {
            let signed = try JWS.parse(compact, policy: Self.policy)
            let key = dependencies.keys.key(signed.kid, at: dependencies.now())
            guard let key, signed.algorithm == .signature(key.algorithm) else {
                throw JOSEError(
                    .key,
                    FailedCheck("kid, alg", expected: "a published key", seen: FailedCheck.excerpt(signed.kid))
                )
            }
            try signed.verify(with: key.privateKey.publicKey)
            claims = try JWTClaims(payload: signed.payload)
            kid = key.kid
        } catch {
            throw OAuthError(.invalidToken, "the access token is malformed or not of this server", error.failed)
        }
        guard let token = AccessToken(claims) else { throw Self.refused("claims", "those of RFC 9068", "others") }
        guard token.issuer == dependencies.settings.issuer, token.audience == dependencies.settings.issuer else {
            throw Self.refused("aud", dependencies.settings.issuer, token.audience)
        }
        return SignedToken(token: token, kid: kid)
    }

    private static let policy = JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))

    private static func refused(_ check: String, _ expected: String, _ seen: String) -> OAuthError {
        OAuthError(
            .invalidToken,
            "the access token is expired, revoked or not for this resource",
            FailedCheck(check, expected: expected, seen: seen)
        )
    }
}
