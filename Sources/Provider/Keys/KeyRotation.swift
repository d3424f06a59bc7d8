package import Cryptography
package import JOSE

/// When a signing key is used, and how long its signatures are good. The moments are those of the keys themselves: when each was
/// made, and since when it signs.
package struct KeyRotation: Sendable, Equatable {
    /// How long a JWKS may be cached, in seconds: for this long at least a key is published before it signs.
    package let lead: Int64
    /// How long a key that waits for somebody to fetch it is published before it signs all the same, in seconds.
    package let deadline: Int64
    /// How long the signatures of a replaced key are good, in seconds: the longest life of a token, and a minute.
    package let overlap: Int64
    /// For how long whoever fetched the JWKS is waited for, in seconds: seven days.
    package static let fetcherMemory: Int64 = 604_800

    /// `tokenLifetime` is the longest that a token may live, `lead` the time that a JWKS may be cached, `deadline` how long a new
    /// key waits at most, all in seconds. A deadline shorter than the lead is the lead.
    package init(tokenLifetime: Int64, lead: Int64 = 300, deadline: Int64 = 86_400) {
        self.init(lead: lead, deadline: deadline, overlap: tokenLifetime + 60)
    }

    init(lead: Int64, deadline: Int64, overlap: Int64) {
        (self.lead, self.deadline, self.overlap) = (lead, max(lead, deadline), overlap)
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

    /// The phase of `key` among all keys, of which those of other algorithms do not matter. A key goes through the phases once.
    package func phase(of key: SigningKey, among all: [SigningKey], at now: Timestamp) -> Phase {
        guard let current = current(all, key.algorithm, at: now) else { return .retired }
        if key.kid == current.kid { return .current }
        if key.createdAt > current.createdAt { return .next }
        guard let end = retirement(of: key, among: all) else { return .previous }
        return now < end ? .previous : .retired
    }

    /// The newest key that is in use, or the oldest when none is.
    package func current(_ all: [SigningKey], _ algorithm: SignatureAlgorithm, at now: Timestamp) -> SigningKey? {
        let candidates = all.filter { $0.algorithm == algorithm }
        let used = candidates.filter { key in key.usedFrom.map { $0 <= now } ?? false }
        return used.max { $0.createdAt < $1.createdAt } ?? candidates.min { $0.createdAt < $1.createdAt }
    }

    /// When the last signature of a replaced key is no longer good, counted from the first use of a newer one; nil while no
    /// newer one is in use.
    package func retirement(of key: SigningKey, among all: [SigningKey]) -> Timestamp? {
        let followers = all.filter { $0.algorithm == key.algorithm && $0.createdAt > key.createdAt }
        return followers.compactMap(\.usedFrom).min().map { $0 + overlap }
    }

    /// The first moment after `now` at which some key changes its phase by itself.
    func nextChange(_ all: [SigningKey], after now: Timestamp) -> Timestamp? {
        let moments = all.compactMap(\.usedFrom) + all.compactMap { retirement(of: $0, among: all) }
        return moments.filter { $0 > now }.min()
    }

    /// What a next key waits for.
    package struct Prospect: Sendable {
        package let publishedAt: Timestamp
        /// Not before: every cached copy of the key set without the key is gone.
        package let earliest: Timestamp
        /// Not later, whoever has not fetched it.
        package let latest: Timestamp
        /// Who is known to fetch the JWKS and has not fetched the one with the key.
        package let unseenBy: [KeySetFetcher]

        package func isReady(at now: Timestamp) -> Bool {
            now >= earliest && (unseenBy.isEmpty || now >= latest)
        }
    }

    /// What the next key `kid` waits for; nil when no server has published it yet.
    package func prospect(of kid: String, _ evidence: KeyEvidence, at now: Timestamp) -> Prospect? {
        guard let published = evidence.published[kid] else { return nil }
        return Prospect(
            publishedAt: published,
            earliest: published + lead,
            latest: published + deadline,
            unseenBy: knownFetchers(evidence, at: now).filter { !$0.hasSeen(keyPublishedAt: published) }
        )
    }

    /// Those who fetched the JWKS lately.
    package func knownFetchers(_ evidence: KeyEvidence, at now: Timestamp) -> [KeySetFetcher] {
        evidence.fetchers.filter { $0.lastFetch > now - Self.fetcherMemory }
    }
}
