package import Cryptography
package import JOSE
package import Provider
import Synchronization

/// The folder of the server's keys: a file for each signing key (PKCS #8), whose name says its algorithm and its moments, and
/// `client-secrets.key`, 32 random bytes in base64url, which seals the secrets of clients. Beside them what the server knows of
/// the spread of its keys, and what became of them. Other files are left alone.
package struct KeyFolder: Sendable {
    let folder: PrivateFolder
    private let known = KnownKeys()

    private static let sealingName = "client-secrets.key"

    /// What the server signs with: ES256 by default, RS512 for the user-management API, RS256 for the ID tokens of clients that
    /// name no algorithm (OIDC Core §15.1), and the others for ID tokens of clients that ask.
    package static let algorithms: [SignatureAlgorithm] = [.es256, .rs256, .rs512, .ps256, .es384, .edDSA]

    package init(_ path: String) {
        folder = PrivateFolder(path)
    }

    /// All keys. At the first start, when there is none, the folder and its keys are made: one for each of `algorithms`, and
    /// a sealing key. Later, those of them to sign with that are missing. Throws `KeyFolderError`.
    package func load(
        random: any RandomSource,
        at now: Timestamp
    ) async throws -> (signing: [SigningKey], sealing: SealingKey) {
        let (signing, sealing) = try prepare(random: random)
        try markUsed(signing, at: now)
        // Made last: should the first start end here, the next one goes on.
        let missing = Self.algorithms.filter { algorithm in !signing.contains { $0.algorithm == algorithm } }
        for (algorithm, key) in try await Self.freshKeys(missing) { try add(key, algorithm: algorithm, at: now) }
        return (try signingKeys(), sealing)
    }

    /// A fresh key for each algorithm, made side by side: an RSA key takes a tenth of a second and more.
    package static func freshKeys(
        _ algorithms: [SignatureAlgorithm]
    ) async throws -> [(SignatureAlgorithm, PrivateKey)] {
        try await withThrowingTaskGroup { group in
            for algorithm in algorithms {
                group.addTask { (algorithm, try PrivateKey.generate(algorithm.freshKeyKind)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// The folder and its sealing key, made where there is neither this nor a signing key yet, so that a key of one's own can be
    /// the first. Throws `KeyFolderError`.
    @discardableResult
    package func prepare(random: any RandomSource) throws -> (signing: [SigningKey], sealing: SealingKey) {
        try folder.make()
        let signing = try signingKeys()
        return (signing, try sealingKey(isFirstStart: signing.isEmpty, random: random))
    }

    /// The signing keys, oldest first. Throws `KeyFolderError`.
    package func signingKeys() throws -> [SigningKey] {
        var seen: Set<String> = []
        // A key that was put back from a backup may be there under both its names.
        return try signingFiles().map(\.key).filter { seen.insert($0.kid).inserted }
    }

    /// The names of the signing keys' files. They change when a key does: no file is ever replaced.
    func signingNames() throws -> [String] {
        try folder.names().filter { SigningFileName($0) != nil }.sorted()
    }

    /// Files a key; a running server takes it over when it reads the folder again. The key signs from now on when
    /// `isUsedAtOnce` or when there is no other of its algorithm, else after its turn has come. Throws
    /// `KeyFolderError.unsuitable` when the key is of another kind than the algorithm or the server does not sign with it, and
    /// `.exists`.
    @discardableResult
    package func add(
        _ key: PrivateKey,
        algorithm: SignatureAlgorithm,
        at time: Timestamp,
        isUsedAtOnce: Bool = false
    ) throws -> SigningKey {
        let others = try signingKeys()
        let isUsed = isUsedAtOnce || !others.contains { $0.algorithm == algorithm }
        let name = SigningFileName(algorithm: algorithm, createdAt: time, usedFrom: isUsed ? time : nil)
        let signing = try signingKey(key, name)
        if others.contains(where: { $0.kid == signing.kid }) { throw KeyFolderError.exists(signing.kid) }
        try folder.write(Array(try key.pkcs8PEM().utf8), to: name.text)
        return signing
    }

    /// From `now` on the key signs. Throws `KeyFolderError.unknown`.
    func use(_ kid: String, from now: Timestamp) throws {
        guard let file = try signingFiles().first(where: { $0.key.kid == kid }) else {
            throw KeyFolderError.unknown(kid)
        }
        guard file.key.usedFrom == nil else { return }
        let name = SigningFileName(algorithm: file.key.algorithm, createdAt: file.key.createdAt, usedFrom: now)
        try folder.rename(file.name, to: name.text)
    }

    /// In the folder of an earlier version no name says since when a key signs: there it was five minutes after it was made, and
    /// at once for the first.
    private func markUsed(_ keys: [SigningKey], at now: Timestamp) throws {
        for algorithm in Set(keys.map(\.algorithm)) {
            let candidates = keys.filter { $0.algorithm == algorithm }
            guard candidates.allSatisfy({ $0.usedFrom == nil }) else { continue }
            if let ready = candidates.last(where: { $0.createdAt + 300 <= now }) ?? candidates.first {
                try use(ready.kid, from: min(ready.createdAt + 300, now))
            }
        }
    }

    /// Deletes the file of a key: what it signed is no longer believed once the server has read the folder again.
    /// Throws `KeyFolderError.unknown`, and `.onlyKey` when the server needs its algorithm and no other key of it is left.
    package func remove(_ kid: String) throws {
        let files = try signingFiles()
        guard let algorithm = files.first(where: { $0.key.kid == kid })?.key.algorithm else {
            throw KeyFolderError.unknown(kid)
        }
        guard
            !Self.algorithms.contains(algorithm)
                || files.contains(where: { $0.key.kid != kid && $0.key.algorithm == algorithm })
        else {
            throw KeyFolderError.onlyKey(kid)
        }
        for file in files where file.key.kid == kid { try folder.remove(file.name) }
        // A server may have given the file another name in between.
        for file in try signingFiles() where file.key.kid == kid { try folder.remove(file.name) }
    }

    private func signingFiles() throws -> [(name: String, key: SigningKey)] {
        let names = try signingNames()
        do {
            return try signingFiles(names)
        } catch {
            // Another process may have taken a file away, or given it another name, since the names were read.
            let now = try signingNames()
            guard now != names else { throw error }
            return try signingFiles(now)
        }
    }

    private func signingFiles(_ names: [String]) throws -> [(name: String, key: SigningKey)] {
        let before = known.keys.withLock { $0 }
        let read = try names.compactMap(SigningFileName.init).map { name in
            (name: name, key: try before[name.text] ?? readKey(name.text))
        }
        known.keys.withLock { $0 = Dictionary(uniqueKeysWithValues: read.map { ($0.name.text, $0.key) }) }
        let files = try read.map { (name: $0.name.text, key: try signingKey($0.key, $0.name)) }
        // Of two names of one key, the longer says more.
        return files.sorted {
            ($0.key.createdAt, $0.key.algorithm.rawValue.lowercased(), -$0.name.utf8.count)
                < ($1.key.createdAt, $1.key.algorithm.rawValue.lowercased(), -$1.name.utf8.count)
        }
    }

    func readKey(_ name: String) throws -> PrivateKey {
        let text = String(decoding: try folder.read(name), as: UTF8.self)
        do {
            return try PrivateKey(pkcs8PEM: text)
        } catch {
            throw KeyFolderError.notAKey(
                path: folder.path(of: name),
                wanted: "an unencrypted PKCS #8 private key in PEM"
            )
        }
    }

    private func signingKey(_ key: PrivateKey, _ name: SigningFileName) throws -> SigningKey {
        let path = folder.path(of: name.text)
        guard let algorithm = name.algorithm else { throw KeyFolderError.unsuitable(path: path) }
        do {
            return try SigningKey(key, algorithm: algorithm, createdAt: name.createdAt, usedFrom: name.usedFrom)
        } catch {
            throw KeyFolderError.unsuitable(path: path)
        }
    }

    /// A new sealing key beside old signing keys would leave every sealed secret unreadable, in silence.
    private func sealingKey(isFirstStart: Bool, random: any RandomSource) throws -> SealingKey {
        let path = folder.path(of: Self.sealingName)
        if try folder.names().contains(Self.sealingName) {
            let text = String(decoding: try folder.read(Self.sealingName), as: UTF8.self)
            guard let key = Base64URL.decode(text.trimmingFinalNewline), key.count == 32 else {
                throw KeyFolderError.notAKey(path: path, wanted: "32 bytes in base64url without padding")
            }
            return SealingKey(key)
        }
        guard isFirstStart else { throw KeyFolderError.missing(path: path) }
        let key = random.bytes(32)
        try folder.write(Array("\(Base64URL.encode(key))\n".utf8), to: Self.sealingName)
        return SealingKey(key)
    }
}

/// The keys that were read last, by the names of their files, which are never changed under them: to check an RSA key takes a tenth of a
/// second. A key whose file is gone is forgotten at the next reading.
private final class KnownKeys: Sendable {
    let keys = Mutex<[String: PrivateKey]>([:])
}

extension String {
    fileprivate var trimmingFinalNewline: Substring {
        hasSuffix("\n") ? dropLast() : self[...]
    }
}
