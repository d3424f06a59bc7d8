import Cryptography
package import JOSE
package import Logging
package import Provider
import Synchronization

/// Keeps a running server's keys in step with their folder, and gives a new key its turn.
package final class KeyKeeper: Sendable {
    private let folder: KeyFolder
    private let signing: SigningKeys
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    /// The names of the files that were read last.
    private let names = Mutex<[String]>([])

    package init(folder: KeyFolder, signing: SigningKeys, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        (self.folder, self.signing, self.logger, self.now) = (folder, signing, logger, now)
    }

    /// What a server does every few seconds: takes over keys that commands made or removed, lets those sign whose time has come, and
    /// writes down who fetched the key set. Throws `KeyFolderError`; the keys of the last turn then go on.
    package func turn() throws {
        try takeOver()
        var hasUsed = false
        for key in signing.published(at: now()) where try giveTurn(to: key) { hasUsed = true }
        if hasUsed { try takeOver() }
        if signing.takeEvidenceChange() { try folder.save(signing.evidence) }
    }

    /// Files are never changed under their names, so equal names are equal keys.
    private func takeOver() throws {
        let found = try folder.signingNames()
        if found != names.withLock({ $0 }) {
            let keys = try folder.signingKeys()
            report(keys)
            signing.replace(with: keys)
            names.withLock { $0 = found }
        }
        signing.publish(now)
    }

    private func report(_ keys: [SigningKey]) {
        let known = Set(signing.published(at: now()).map(\.kid))
        for key in keys where !known.contains(key.kid) && key.usedFrom == nil {
            logger.notice("a new signing key is published", metadata: Self.metadata(key))
        }
        for key in signing.published(at: now()) where !keys.contains(where: { $0.kid == key.kid }) {
            logger.warning("a signing key was taken away: what it signed is refused", metadata: Self.metadata(key))
        }
    }

    /// Whether the key signs from now on.
    private func giveTurn(to key: SigningKey) throws -> Bool {
        let (now, rotation, evidence) = (now(), signing.rotation, signing.evidence)
        let keys = signing.published(at: now)
        guard rotation.phase(of: key, among: keys, at: now) == .next,
            let prospect = rotation.prospect(of: key.kid, evidence, at: now), prospect.isReady(at: now)
        else { return false }
        let known = rotation.knownFetchers(evidence, at: now).count
        let seen = known - prospect.unseenBy.count
        let reason =
            prospect.unseenBy.isEmpty
            ? "all \(known) known fetchers have it" : "the deadline is over; \(seen) of \(known) known fetchers have it"
        try folder.use(key.kid, from: now)
        try folder.record(KeyEvent(.used, key, reason: reason), at: now)
        logger.notice(
            "a signing key is in use",
            metadata: Self.metadata(key).merging(["reason": "\(reason)"]) { first, _ in first }
        )
        return true
    }

    private static func metadata(_ key: SigningKey) -> Logger.Metadata {
        ["kid": "\(key.kid)", "alg": "\(key.algorithm.rawValue)"]
    }
}
