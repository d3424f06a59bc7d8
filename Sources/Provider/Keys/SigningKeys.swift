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
    /// Signs access tokens (`typ: at+jwt`, RFC 9068 §2.1).
    let accessTokens: JWTSigner
    /// Signs ID tokens (OIDC Core §2), which name no type.
    let idTokens: JWTSigner

    /// Throws when `privateKey` does not suit `algorithm`.
    package init(_ privateKey: PrivateKey, algorithm: SignatureAlgorithm, createdAt: Timestamp) throws(JOSEError) {
        let kid = privateKey.publicKey.thumbprint
        self.kid = kid
        self.algorithm = algorithm
        self.privateKey = privateKey
        self.createdAt = createdAt
        accessTokens = try JWTSigner(key: privateKey, algorithm: algorithm, kid: kid, typ: "at+jwt")
        idTokens = try JWTSigner(key: privateKey, algorithm: algorithm, kid: kid, typ: nil)
    }
}

/// The server's signing keys, replaceable while it runs.
package final class SigningKeys: Sendable {
    private let keys: Mutex<[SigningKey]>
    private let rotation: KeyRotation

    package init(_ keys: [SigningKey], rotation: KeyRotation) {
        self.keys = Mutex(keys)
        self.rotation = rotation
    }

    /// Takes over a changed set; tokens in flight keep the key that they were signed with.
    package func replace(with fresh: [SigningKey]) {
        keys.withLock { $0 = fresh }
    }

    /// The key that signs now. Throws when there is none of this algorithm.
    package func current(_ algorithm: SignatureAlgorithm, at now: Timestamp) throws -> SigningKey {
        let all = keys.withLock { $0 }
        guard let key = rotation.current(all, algorithm, at: now) else {
            throw JOSEError(.key, FailedCheck("signing key", expected: algorithm.rawValue, seen: "none"))
        }
        return key
    }

    /// The algorithms that there is a key to sign with now, by name.
    package func algorithms(at now: Timestamp) -> [SignatureAlgorithm] {
        Set(published(at: now).map(\.algorithm)).sorted { $0.rawValue < $1.rawValue }
    }

    /// The keys that verifiers should know now: next, current and previous.
    package func published(at now: Timestamp) -> [SigningKey] {
        let all = keys.withLock { $0 }
        return all.filter { rotation.phase(of: $0, among: all, at: now) != .retired }
    }

    /// The key with this id whose signatures are good now: current or previous. A key that is next has signed nothing yet.
    func key(_ kid: String?, at now: Timestamp) -> SigningKey? {
        let all = keys.withLock { $0 }
        guard let key = all.first(where: { $0.kid == kid }) else { return nil }
        switch rotation.phase(of: key, among: all, at: now) {
        case .current, .previous: return key
        case .next, .retired: return nil
        }
    }
}
