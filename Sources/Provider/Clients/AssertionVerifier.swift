import Cryptography
import JOSE
import OAuth

/// Verifies client assertions: signature, claims, challenge and replay (RFC 7523 §3, OIDC Core §9).
package struct AssertionVerifier: Sendable {
    private let settings: Settings
    private let keys: ClientKeys
    private let challenges: Challenges
    private let replays: ReplayGuard
    private let now: @Sendable () -> Timestamp

    init(_ dependencies: Dependencies, keys: ClientKeys, challenges: Challenges, replays: ReplayGuard) {
        settings = dependencies.settings
        self.keys = keys
        self.challenges = challenges
        self.replays = replays
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
            try await keys.verify(assertion.signed, by: client.id, with: client.credential)
        } catch {
            throw refusal(error, of: client)
        }
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
