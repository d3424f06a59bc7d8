package import Cryptography
package import JOSE
import Synchronization

/// A private key that tokens are signed with.
package struct SigningKey: Sendable {
    /// The RFC 7638 thumbprint.
    package let kid: String
    package let algorithm: SignatureAlgorithm
    package let privateKey: PrivateKey
    package let createdAt: Timestamp
    /// Since when it signs; nil while it waits for its turn.
    package let usedFrom: Timestamp?
    /// Signs access tokens (`typ: at+jwt`, RFC 9068 §2.1).
    let accessTokens: JWTSigner
    /// Signs ID tokens (OIDC Core §2), which name no type.
    let idTokens: JWTSigner
    /// Signs logout tokens (OIDC Back-Channel Logout §2.4).
    let logoutTokens: JWTSigner

    /// Throws when `privateKey` does not suit `algorithm`.
    package init(
        _ privateKey: PrivateKey,
        algorithm: SignatureAlgorithm,
        createdAt: Timestamp,
        usedFrom: Timestamp? = nil
    ) throws(JOSEError) {
        let kid = privateKey.publicKey.thumbprint
        self.kid = kid
        self.algorithm = algorithm
        self.privateKey = privateKey
        self.createdAt = createdAt
        self.usedFrom = usedFrom
        accessTokens = try JWTSigner(key: privateKey, algorithm: algorithm, kid: kid, typ: "at+jwt")
        idTokens = try JWTSigner(key: privateKey, algorithm: algorithm, kid: kid, typ: nil)
        logoutTokens = try JWTSigner(key: privateKey, algorithm: algorithm, kid: kid, typ: "logout+jwt")
    }
}

/// The server's signing keys, replaceable while it runs.
package final class SigningKeys: Sendable {
    package let rotation: KeyRotation
    /// Who fetches the key set.
    let fetchers: KeySetFetchers
    private let state: Mutex<State>

    private struct State {
        var keys: [SigningKey]
        var view = View.none
        /// Counts the views.
        var version: UInt64 = 0
    }

    /// What the keys do in the time from `start` until `end`.
    private struct View: Sendable {
        let start, end: Timestamp
        let signing: [SignatureAlgorithm: SigningKey]
        let accepted: [String: SigningKey]
        let published: PublishedKeys

        static let none = View(.init(milliseconds: 0), .init(milliseconds: 0), [:], [:], .init(version: 0, keys: []))

        init(
            _ start: Timestamp,
            _ end: Timestamp,
            _ signing: [SignatureAlgorithm: SigningKey],
            _ accepted: [String: SigningKey],
            _ published: PublishedKeys
        ) {
            (self.start, self.end) = (start, end)
            (self.signing, self.accepted, self.published) = (signing, accepted, published)
        }
    }

    /// The keys that verifiers should know; other keys have another version.
    struct PublishedKeys: Sendable {
        let version: UInt64
        let keys: [SigningKey]
    }

    /// `earlier` is what a process before this one knew.
    package init(_ keys: [SigningKey], rotation: KeyRotation, earlier: KeyEvidence? = nil) {
        state = Mutex(State(keys: keys))
        self.rotation = rotation
        fetchers = KeySetFetchers(earlier)
    }

    /// Takes over a changed set; tokens in flight keep the key that they were signed with.
    package func replace(with fresh: [SigningKey]) {
        state.withLock { state in
            state.keys = fresh
            state.view = .none
        }
    }

    /// Notes that the published keys are out from now on; `now` is asked when they are.
    package func publish(_ now: () -> Timestamp) {
        let kids = published(at: now()).map(\.kid)
        fetchers.publish(kids, at: now())
    }

    /// Who has fetched which keys.
    package var evidence: KeyEvidence { fetchers.evidence(rotation) }

    /// Whether the evidence says more than when this was asked last.
    package func takeEvidenceChange() -> Bool { fetchers.takeChange() }

    /// The key that signs now. Throws when there is none of this algorithm.
    package func current(_ algorithm: SignatureAlgorithm, at now: Timestamp) throws -> SigningKey {
        guard let key = view(at: now, { $0.signing[algorithm] }) else {
            throw JOSEError(.key, FailedCheck("signing key", expected: algorithm.rawValue, seen: "none"))
        }
        return key
    }

    /// The algorithms that there is a key to sign with now, by name.
    package func algorithms(at now: Timestamp) -> [SignatureAlgorithm] {
        view(at: now) { $0.signing.keys.sorted { $0.rawValue < $1.rawValue } }
    }

    /// The keys that verifiers should know now: next, current and previous.
    package func published(at now: Timestamp) -> [SigningKey] { publishedKeys(at: now).keys }

    func publishedKeys(at now: Timestamp) -> PublishedKeys { view(at: now, \.published) }

    /// The key with this id whose signatures are good now: current or previous. A key that is next has signed nothing yet.
    func key(_ kid: String?, at now: Timestamp) -> SigningKey? {
        guard let kid else { return nil }
        return view(at: now) { $0.accepted[kid] }
    }

    /// Every request asks, and the answer seldom changes: it is worked out again only when a key changes its phase.
    private func view<Value>(at now: Timestamp, _ read: (View) -> Value) -> Value {
        state.withLock { state in
            if now < state.view.start || now >= state.view.end {
                state.version += 1
                state.view = Self.view(of: state.keys, rotation, version: state.version, at: now)
            }
            return read(state.view)
        }
    }

    private static func view(
        of keys: [SigningKey],
        _ rotation: KeyRotation,
        version: UInt64,
        at now: Timestamp
    ) -> View {
        let phases = keys.map { (key: $0, phase: rotation.phase(of: $0, among: keys, at: now)) }
        let inUse = phases.filter { $0.phase == .current || $0.phase == .previous }.map { ($0.key.kid, $0.key) }
        let current = phases.filter { $0.phase == .current }.map { ($0.key.algorithm, $0.key) }
        return View(
            now,
            rotation.nextChange(keys, after: now) ?? Timestamp(milliseconds: .max),
            Dictionary(current) { first, _ in first },
            Dictionary(inUse) { first, _ in first },
            PublishedKeys(version: version, keys: phases.filter { $0.phase != .retired }.map(\.key))
        )
    }
}
