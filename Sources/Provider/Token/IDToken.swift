import Cryptography
import JOSE
import OAuth

/// What an ID token says (OIDC Core §2).
struct IDToken {
    let client: Client
    let subject: Subject
    let session: Session
    /// Not in one that a refresh brings.
    let nonce: String?
    /// What releases claims about the person in it, as there is no userinfo for it (OIDC Core §5.4). Claims that the request named for it
    /// are in it anyway (§5.5).
    var scope = Scope(tokens: [])

    /// The claims; `name` is the account as the client knows it, `accessToken` is the compact text that comes with it, if
    /// any, hashed into `at_hash` (OIDC Core §3.1.3.6, §3.2.2.10).
    func claims(
        issuer: String,
        name: Subject.ID,
        accessToken: String?,
        from now: Timestamp,
        lifetime: Int64
    ) -> JSONObject {
        var claims: JSONObject = [
            "iss": .string(issuer),
            "sub": .string(name.description),
            "aud": .string(client.id.description),
            "exp": .integer(now.seconds + lifetime),
            "iat": .integer(now.seconds),
            "auth_time": .integer(session.authenticatedAt.seconds),
            "sid": .string(session.id.description),
            // How the person proved who they are: a password (RFC 8176), one factor.
            "amr": ["pwd"],
            "acr": .string(Self.acr),
        ]
        let requested = session.grant?.claims.idToken ?? []
        if !scope.isEmpty || !requested.isEmpty {
            claims = StandardClaims.released(of: subject, scope: scope, requested: requested).merging(claims)
        }
        if let accessToken {
            claims["at_hash"] = .string(Self.half(of: accessToken, client.metadata.idTokenAlgorithm))
        }
        if let nonce { claims["nonce"] = .string(nonce) }
        return claims
    }

    /// The one authentication context that there is (OIDC Core §2): a password.
    static let acr = "urn:martlet:acr:password"

    /// The left half of a digest.
    private static func half(of text: String, _ algorithm: SignatureAlgorithm) -> String {
        let digest = Hash.digest(Array(text.utf8), using: algorithm.hash)
        return Base64URL.encode(Array(digest.prefix(digest.count / 2)))
    }
}

/// Reads the ID tokens that clients hand back as hints (OIDC Core §3.1.2.1). One that expired is good as a hint.
struct IDTokenHints: Sendable {
    let dependencies: Dependencies

    /// What a hint says.
    struct Hint: Sendable {
        /// The `sub`, as the client knows it.
        let subject: String
        let client: Client.ID
        /// The session in the client that it came of.
        let session: Session.ID?
    }

    /// What the token says. Throws `invalid_request` for one that is not ours.
    func read(_ compact: String) throws(OAuthError) -> Hint {
        do throws(JOSEError) {
            let signed = try JWS.parse(
                compact,
                policy: JWSPolicy(algorithms: Set(ClientMetadata.signingAlgorithms), type: .untyped)
            )
            guard let key = dependencies.keys.key(signed.kid, at: dependencies.now()) else {
                throw JOSEError(
                    .key,
                    FailedCheck("kid", expected: "a published key", seen: FailedCheck.excerpt(signed.kid))
                )
            }
            try signed.verify(with: key.privateKey.publicKey)
            let claims = try JWTClaims(payload: signed.payload)
            guard claims.issuer == dependencies.settings.issuer, case .one(let client) = claims.audience,
                let subject = claims.subject
            else { throw JOSEError(.claims, FailedCheck("iss, aud, sub", expected: "ours", seen: "another's")) }
            return Hint(
                subject: subject,
                client: Client.ID(client),
                session: claims.object["sid"]?.stringValue.map { Session.ID($0) }
            )
        } catch {
            throw OAuthError(.invalidRequest, "\(.idTokenHint) is no ID token of this server", error.failed)
        }
    }

    /// The `sub` of a token for `client`. Throws `invalid_request` for one that is not ours or not for it.
    func subject(of compact: String, for client: Client) throws(OAuthError) -> String {
        let hint = try read(compact)
        guard hint.client == client.id else {
            throw OAuthError(
                .invalidRequest,
                "\(.idTokenHint) is no ID token of this server for this client",
                FailedCheck("aud", expected: client.id.description, seen: hint.client.description)
            )
        }
        return hint.subject
    }
}
