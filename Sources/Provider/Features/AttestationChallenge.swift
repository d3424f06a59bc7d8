import HTTPTypes
import JOSE

/// Hands out nonces for clients to sign: the challenge endpoint of the attestation-based client authentication draft (§8).
struct AttestationChallenge: Feature {
    let endpoints: [Endpoint]

    init(_ challenges: Challenges, settings: Settings) {
        endpoints = [
            Endpoint(.post, "/oauth/challenge", advertisedAs: "challenge_endpoint", operation: Self.operation(settings))
            { _ in
                let challenge = try challenges.issue()
                return .json([
                    "challenge": .string(challenge),
                    "attestation_challenge": .string(challenge),
                    "expires_in": .integer(settings.challengeLifetime),
                ])
            }
        ]
    }

    private static func operation(_ settings: Settings) -> Operation {
        let challenge = JSONSchema.text(43...43, pattern: "^[A-Za-z0-9_-]*$")
        return Operation("makeChallenge", "A nonce for a client to sign, good once.", of: .oauth)
            .answering(
                "The challenge, under both of its names.",
                .object([
                    "challenge": challenge, "attestation_challenge": challenge,
                    "expires_in": .integer(1...settings.challengeLifetime),
                ])
            )
    }
}
