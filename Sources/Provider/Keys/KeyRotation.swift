package import Cryptography
package import JOSE

/// When a signing key is used, and how long its signatures are good. Derived from the times the keys were made, so that it
/// needs no state of its own.
package struct KeyRotation: Sendable {
    /// How long a key is published before it signs, in seconds: the time that a JWKS may be cached.
    package let lead: Int64 = 300
    /// How long the signatures of a replaced key are good, in seconds: the longest life of a token, and a minute.
    package let overlap: Int64

    /// `tokenLifetime` is the longest that a token may live, in seconds.
    package init(tokenLifetime: Int64) {
        overlap = tokenLifetime + 60
    }

    package enum Phase: String, Sendable {
        /// Published, not signing yet.
        case next
        /// Signs.
        case current
        /// Replaced; what it signed may still be alive.
        case previous
        /// Neither published nor accepted.
        case retired
    }

    /// The phase of `key` among all keys, of which those of other algorithms do not matter. A key goes through the phases once:
    /// its end is counted from the key that came right after it.
    package func phase(of key: SigningKey, among all: [SigningKey], at now: Timestamp) -> Phase {
        guard let current = current(all, key.algorithm, at: now) else { return .retired }
        if key.kid == current.kid { return .current }
        if key.createdAt > current.createdAt { return .next }
        let followers = all.filter { $0.algorithm == key.algorithm && $0.createdAt > key.createdAt }
        guard let follower = followers.min(by: { $0.createdAt < $1.createdAt }) else { return .previous }
        return now < follower.createdAt + lead + overlap ? .previous : .retired
    }

    /// The newest key that was published long enough, or the oldest when none was.
    package func current(_ all: [SigningKey], _ algorithm: SignatureAlgorithm, at now: Timestamp) -> SigningKey? {
        let candidates = all.filter { $0.algorithm == algorithm }
        let ready = candidates.filter { $0.createdAt + lead <= now }
        return ready.max { $0.createdAt < $1.createdAt } ?? candidates.min { $0.createdAt < $1.createdAt }
    }
}
