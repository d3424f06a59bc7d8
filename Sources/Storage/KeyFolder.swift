package import Cryptography
package import JOSE
package import Provider

/// The folder of the server's keys: a file `signing-<algorithm>-<milliseconds>.pem` for each signing key (PKCS #8) and
/// `client-secrets.key`, 32 random bytes in base64url, which seals the secrets of clients. Other files are left alone.
///
/// The time in a name is when the key was made, in Unix milliseconds; the algorithm is the JOSE name in lower case.
package struct KeyFolder: Sendable {
    private let folder: PrivateFolder

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
        // Made last: should the first start end here, the next one goes on.
        let missing = Self.algorithms.filter { algorithm in !signing.contains { $0.algorithm == algorithm } }
        for (algorithm, key) in try await Self.freshKeys(missing) { try add(key, algorithm: algorithm, at: now) }
        return (try signingKeys(), sealing)
    }

    /// A fresh key for each algorithm, made side by side: an RSA key takes a tenth of a second and more.
    private static func freshKeys(
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
        try signingFiles().map(\.key)
    }

    /// Files a key that signs tokens from its time on; a running server takes it over when it reads the folder again.
    /// Throws `KeyFolderError.unsuitable` when the key is of another kind than the algorithm or the server does not
    /// sign with it, and `.exists`.
    @discardableResult
    package func add(
        _ key: PrivateKey,
        algorithm: SignatureAlgorithm,
        at time: Timestamp
    ) throws -> SigningKey {
        let name = SigningFileName(algorithm: algorithm, createdAt: time)
        let signing = try signingKey(key, name)
        if try signingKeys().contains(where: { $0.kid == signing.kid }) { throw KeyFolderError.exists(signing.kid) }
        try folder.write(Array(try key.pkcs8PEM().utf8), to: name.text)
        return signing
    }

    /// Deletes the file of a key: what it signed is no longer believed once the server has read the folder again.
    /// Throws `KeyFolderError.unknown`, and `.onlyKey` when the server needs its algorithm and no other key of it is left.
    package func remove(_ kid: String) throws {
        let files = try signingFiles()
        guard let file = files.first(where: { $0.key.kid == kid }) else { throw KeyFolderError.unknown(kid) }
        let algorithm = file.key.algorithm
        guard
            !Self.algorithms.contains(algorithm)
                || files.contains(where: { $0.key.kid != kid && $0.key.algorithm == algorithm })
        else {
            throw KeyFolderError.onlyKey(kid)
        }
        try folder.remove(file.name)
    }

    private func signingFiles() throws -> [(name: String, key: SigningKey)] {
        let names = try folder.names().compactMap(SigningFileName.init)
        let files = try names.map { name in (name: name.text, key: try signingKey(try readKey(name.text), name)) }
        return files.sorted { ($0.key.createdAt, $0.name) < ($1.key.createdAt, $1.name) }
    }

    private func readKey(_ name: String) throws -> PrivateKey {
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
            return try SigningKey(key, algorithm: algorithm, createdAt: name.createdAt)
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

/// The name of a signing key's file, in its parts.
private struct SigningFileName {
    /// nil when the server does not sign with what the name says; ES256K is for the assertions of clients alone.
    let algorithm: SignatureAlgorithm?
    let createdAt: Timestamp
    let text: String

    init(algorithm: SignatureAlgorithm, createdAt: Timestamp) {
        self.algorithm = algorithm == .es256k ? nil : algorithm
        self.createdAt = createdAt
        text = "signing-\(algorithm.rawValue.lowercased())-\(createdAt.milliseconds).pem"
    }

    /// nil when the file is no signing key's.
    init?(_ text: String) {
        guard text.hasPrefix("signing-"), text.hasSuffix(".pem") else { return nil }
        let parts = text.dropFirst("signing-".count).dropLast(".pem".count).split(separator: "-")
        guard parts.count == 2, let milliseconds = Int64(parts[1]), milliseconds >= 0,
            text.hasSuffix("-\(parts[0])-\(milliseconds).pem")
        else { return nil }
        algorithm = SignatureAlgorithm.allCases.first { $0 != .es256k && $0.rawValue.lowercased() == parts[0] }
        createdAt = Timestamp(milliseconds: milliseconds)
        self.text = text
    }
}

extension String {
    fileprivate var trimmingFinalNewline: Substring {
        hasSuffix("\n") ? dropLast() : self[...]
    }
}
