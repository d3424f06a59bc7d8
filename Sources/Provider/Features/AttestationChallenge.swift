import HTTPTypes
import JOSE

/// Hands out nonces for clients to sign: the challenge endpoint of the attestation-based client authentication draft (§8).
struct AttestationChallenge: Feature {
    let endpoints: [Endpoint]

    init(_ challenges: Challenges, settings: Settings) {
        endpoints = [
            Endpoint(.post, "/oauth/challenge", advertisedAs: "challenge_endpoint") { _ in
                let challenge = try challenges.issue()
                return .json([
                    "challenge": .string(challenge),
                    "attestation_challenge": .string(challenge),
                    "expires_in": .integer(settings.challengeLifetime),
                ])
            }
        ]
    }
}
