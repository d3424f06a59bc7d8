import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// Others verify the server's tokens all the time, with copies of the key set as old as it allows, while keys come and go.
struct ConstantVerificationTests {
    /// A resource server that fetches the key set when its copy is `patience` seconds old, and at no other time, whatever it
    /// sees: the least that a verifier does.
    private struct Verifier {
        let address: String
        let patience: Int64
        private var fetchedAt: Timestamp?
        private var keys: [String: PublicKey] = [:]

        init(address: String, patience: Int64) {
            (self.address, self.patience) = (address, patience)
        }

        mutating func refresh(_ document: KeySetDocument, at now: Timestamp) throws {
            if let fetchedAt, now < fetchedAt + patience { return }
            let address = address
            let request = EndpointRequest(path: "/oauth/jwks", fields: [:], clientAddress: address)
            let reply = document.reply(to: request)
            let set = try JWKSet(json: try JSONObject.parse(reply.body), unusable: .refused)
            keys = Dictionary(uniqueKeysWithValues: set.keys.map { ($0.kid ?? "", $0.key) })
            fetchedAt = now
        }

        func accepts(_ compact: String) throws -> Bool {
            let token = try JWS.parse(compact, policy: JWSPolicy(algorithms: [.es256], type: .required("at+jwt")))
            guard let key = keys[token.kid ?? ""] else { return false }
            try token.verify(with: key)
            return true
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How old each verifier lets its copy of the key set become, in seconds.
        var patience: [Int64] = [300, 270, 240]
        var deadline: Int64 = 86_400
        var isUsedAtOnce = false
    }

    struct Outcome {
        var verified = 0
        var failed = 0
        var keysUsed: Set<String> = []
    }

    /// Three hours in steps of 30 s. In each a token is made, and each verifier looks at it and at all others that are alive: they live
    /// for 10 minutes. Three times a key is added. The key set may be cached for 300 s.
    private static func run(_ example: Case) async throws -> Outcome {
        let (provider, clock) = (try await TestProvider(), MovableClock())
        let folder = KeyFolder(provider.folder.path("keys"))
        try folder.prepare(random: provider.random)
        let rotation = KeyRotation(tokenLifetime: 600, lead: 300, deadline: example.deadline)
        let keys = SigningKeys([], rotation: rotation)
        let document = KeySetDocument(keys: keys, now: clock.now)
        let keeper = KeyKeeper(folder: folder, signing: keys, logger: provider.logger, now: clock.now)
        var verifiers = example.patience.enumerated().map { Verifier(address: "192.0.2.\($0)", patience: $1) }
        var (outcome, live) = (Outcome(), [(token: String, expiry: Timestamp)]())
        for step in 0..<360 {
            let now = clock.now()
            if [0, 45, 140, 235].contains(step) {
                let key = try PrivateKey.generate(.ec(.p256))
                try folder.add(key, algorithm: .es256, at: now, isUsedAtOnce: example.isUsedAtOnce)
            }
            try keeper.turn()
            let key = try keys.current(.es256, at: now)
            outcome.keysUsed.insert(key.kid)
            live.removeAll { $0.expiry <= now }
            live.append((try key.accessTokens.sign(["iat": .integer(now.seconds)]), now + 600))
            for index in verifiers.indices {
                try verifiers[index].refresh(document, at: now)
                let accepted = try live.count { try verifiers[index].accepts($0.token) }
                outcome.verified += accepted
                outcome.failed += live.count - accepted
            }
            clock.advance(by: 30)
        }
        return outcome
    }

    @Test(arguments: [
        Case(testDescription: "verifiers that heed the caching time"),
        Case(testDescription: "one that is slower, and is waited for", patience: [300, 1500]),
    ])
    func `no verification fails in three rotations`(_ example: Case) async throws {
        let outcome = try await Self.run(example)
        #expect(outcome.failed == 0)
        #expect(outcome.keysUsed.count == 4)
        #expect(outcome.verified > 6800 * example.patience.count)
    }

    @Test(arguments: [
        Case(testDescription: "new keys are used at once", isUsedAtOnce: true),
        Case(testDescription: "a slow verifier is not waited for", patience: [300, 1500], deadline: 300),
    ])
    func `the control: without the waiting, verifications fail`(_ example: Case) async throws {
        let outcome = try await Self.run(example)
        #expect(outcome.failed > 0)
        #expect(outcome.keysUsed.count == 4)
    }
}
