import Cryptography
import JOSE
import OAuth

/// Verifies client assertions: signature, claims, challenge and replay (RFC 7523 §3, OIDC Core §9).
package struct AssertionVerifier: Sendable {
    private let settings: Settings
    private let sealing: SealingKey
    private let challenges: Challenges
    private let replays: ReplayGuard
    private let published: PublishedKeys
    private let now: @Sendable () -> Timestamp

    package init(_ dependencies: Dependencies, challenges: Challenges, replays: ReplayGuard) {
        settings = dependencies.settings
        sealing = dependencies.sealing
        self.challenges = challenges
        self.replays = replays
        published = PublishedKeys(dependencies.documents, now: dependencies.now)
        now = dependencies.now
    }

    /// The algorithms that assertions may be signed with; ES256K only here and in proofs, never for tokens.
    static let algorithms = Set(SignatureAlgorithm.allCases)

    /// Believes `assertion` to be `client`'s or throws. The challenge is used up only by an assertion that is
    /// right in all but, perhaps, its `jti`.
    func verify(_ assertion: PresentedAssertion, of client: Client) async throws {
        try await verifySignature(of: assertion, by: client)
        let claims = try AssertionClaims(assertion.claims, of: client, settings: settings, now: now())
        if client.mustAnswerChallenge || settings.challengesAllClients
            || assertion.claims.object["challenge"] != nil || assertion.repeatedChallenge != nil
        {
            try redeemChallenge(of: assertion)
            // A challenge of this process proves that no earlier process saw the assertion.
            try await refuseReplay(claims, of: client, signedAt: nil)
        } else {
            try await refuseReplay(claims, of: client, signedAt: claims.issuedAt)
        }
    }

    private func verifySignature(of assertion: PresentedAssertion, by client: Client) async throws(OAuthError) {
        do throws(JOSEError) {
            if let only = client.metadata.assertionAlgorithm, only != assertion.signed.algorithm.name {
                throw JOSEError(
                    .algorithm,
                    FailedCheck("alg", expected: only, seen: assertion.signed.algorithm.name)
                )
            }
            if let allowed = client.policy.assertionAlgorithms, !allowed.contains(assertion.signed.algorithm.name) {
                throw JOSEError(
                    .algorithm,
                    FailedCheck(
                        "alg",
                        expected: "of the client's policy: " + allowed.joined(separator: ", "),
                        seen: assertion.signed.algorithm.name
                    )
                )
            }
            switch client.credential {
            case .keys(let keys):
                try Self.verify(assertion.signed, with: keys)
            case .publishedKeys(let url):
                try await verify(assertion.signed, by: client, keysAt: url)
            case .sealedSecret(let sealed):
                try assertion.signed.verify(sharedSecret: sealing.open(sealed, for: client.id))
            case .secretDigest:
                throw JOSEError(.key, FailedCheck("credential", expected: "keys", seen: "a secret"))
            case .none:
                throw JOSEError(.key, FailedCheck("credential", expected: "keys", seen: "none"))
            }
        } catch {
            throw refusal(error, of: client)
        }
    }

    /// With the client's published keys, and once more with those that may have come to the set since.
    private func verify(_ signed: JWS, by client: Client, keysAt url: WebAddress) async throws(JOSEError) {
        let keys = try await published.keys(at: url, of: client.id)
        do throws(JOSEError) {
            try Self.verify(signed, with: keys)
        } catch {
            guard let renewed = await published.renewedKeys(at: url, of: client.id) else { throw error }
            try Self.verify(signed, with: renewed)
        }
    }

    /// Any registered key that the header names and the algorithm suits.
    private static func verify(_ signed: JWS, with keys: JWKSet) throws(JOSEError) {
        guard case .signature(let algorithm) = signed.algorithm else {
            throw JOSEError(.algorithm, FailedCheck("alg", expected: "one of the client's keys", seen: "HS256"))
        }
        let candidates = keys.candidates(kid: keys.keys.count == 1 ? nil : signed.kid, algorithm: algorithm)
        guard let last = candidates.last else {
            throw JOSEError(
                .algorithm,
                FailedCheck("alg, kid", expected: "those of a registered key", seen: algorithm.rawValue)
            )
        }
        for key in candidates.dropLast() where (try? signed.verify(with: key)) != nil { return }
        try signed.verify(with: last)
    }

    /// The seed's code for a bad signature by an account's key is `invalid_grant`; everything else is the client's failure.
    private func refusal(_ error: JOSEError, of client: Client) -> OAuthError {
        if client.owner != nil, error.code == .signature {
            return OAuthError(.invalidGrant, "the signature of \(.clientAssertion) is wrong", error.failed)
        }
        // An ordinary client hears what an unknown one hears.
        return OAuthError(
            .invalidClient,
            client.owner == nil ? "client authentication failed" : "\(.clientAssertion) could not be verified",
            error.failed
        )
    }

    private func redeemChallenge(of assertion: PresentedAssertion) throws(OAuthError) {
        guard let claimed = assertion.challenge else {
            throw refused("the challenge is missing", seen: "no challenge claim in the assertion")
        }
        if let repeated = assertion.repeatedChallenge, !repeated.hasSameBytes(as: claimed) {
            throw refused("the challenge of the request is not the one that was signed", seen: "two different values")
        }
        switch challenges.redeem(claimed) {
        case .fresh: return
        case .foreign: throw refused("the challenge was not issued by this server", seen: "a foreign value")
        case .stale: throw refused("the challenge is stale", seen: "an expired challenge")
        case .reused: throw refused("the challenge was already used", seen: "a used challenge")
        }
    }

    private func refused(_ description: WireText, seen: String) -> OAuthError {
        OAuthError(
            .invalidGrant,
            description,
            FailedCheck("challenge", expected: "a fresh one, signed", seen: seen),
            fields: (try? challenges.issue()).map { [.init(Challenges.fieldName, $0)] } ?? []
        )
    }

    private func refuseReplay(
        _ claims: AssertionClaims,
        of client: Client,
        signedAt: Timestamp?
    ) async throws {
        let verdict = try await replays.use(
            jti: claims.id,
            of: client.id.description,
            signedAt: signedAt,
            until: claims.expiry,
            now: now()
        )
        switch verdict {
        case .fresh: return
        case .replayed:
            throw OAuthError(
                .invalidClient,
                "the jti of \(.clientAssertion) was already used",
                FailedCheck("jti", expected: "a new value", seen: "a used one")
            )
        case .predatesProcess:
            throw OAuthError(
                .invalidClient,
                "\(.clientAssertion) was signed before this server started; sign a new one",
                FailedCheck("iat", expected: "after the server's start", seen: "\(claims.issuedAt.seconds)")
            )
        case .full:
            throw OAuthError(
                .temporarilyUnavailable,
                "too many client assertions are remembered; try again",
                FailedCheck("jti", expected: "room to remember it", seen: "a full record"),
                fields: [.init("Retry-After", "30")]
            )
        }
    }
}

extension JWS.Algorithm {
    /// The value of the `alg` header.
    fileprivate var name: String {
        switch self {
        case .signature(let algorithm): algorithm.rawValue
        case .hs256: ClientMetadata.sharedSecretAlgorithm
        }
    }
}
