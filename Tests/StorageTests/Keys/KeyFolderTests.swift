import Cryptography
import FoundationEssentials
import Glibc
import JOSE
import Provider
import TestSupport
import Testing

@testable import Storage

struct KeyFolderTests {
    private let scene: KeyFolderScene
    private var now: Timestamp { scene.now }
    private var path: String { scene.path }
    private var keys: KeyFolder { scene.keys }

    init() throws {
        scene = try KeyFolderScene()
    }

    private func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        chmod("\(path)/\(name)", mode)
    }

    /// The folder of a server that was started before: its keys are made once for all tests, since RSA keys take long.
    private func prepared() async throws {
        let made = try await Self.firstStart.value
        mkdir(path, 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: made.path("keys")) {
            try FileManager.default.copyItem(atPath: made.path("keys/\(name)"), toPath: "\(path)/\(name)")
        }
    }

    private static let firstStart = Task {
        let folder = try ScratchFolder()
        _ = try await KeyFolder(folder.path("keys")).load(random: SystemRandom(), at: ScratchStores.now)
        return folder
    }

    private func load() async throws -> (signing: [SigningKey], sealing: SealingKey) {
        try await keys.load(random: SystemRandom(), at: now)
    }

    private func name(_ algorithm: SignatureAlgorithm) -> String {
        "signing-\(algorithm.rawValue.lowercased())-\(now.milliseconds)-\(now.milliseconds).pem"
    }

    private var first: String { name(.es256) }
    /// As the folder lists them, and as keys made in one moment are listed.
    private static let algorithms: [SignatureAlgorithm] = [.edDSA, .es256, .es384, .ps256, .rs256, .rs512]
    private var whole: [String] { ["client-secrets.key"] + Self.algorithms.map(name) }

    @Test func `the first start makes the keys, for their owner alone`() async throws {
        let made = try await load()
        #expect(try scene.files() == whole)
        #expect(scene.mode(path) == 0o700)
        #expect(try scene.files().allSatisfy { scene.mode("\(path)/\($0)") == 0o600 })
        #expect(made.signing.map(\.algorithm) == Self.algorithms)
        #expect(made.signing.allSatisfy { $0.createdAt == now && $0.usedFrom == now })
        let rsa = KeyKind.rsa(bits: 2048)
        #expect(made.signing.map(\.privateKey.kind) == [.ed25519, .ec(.p256), .ec(.p384), rsa, rsa, rsa])
        #expect(Set(made.signing.map(\.kid)).count == Self.algorithms.count)
    }

    @Test func `the next start finds the same keys`() async throws {
        let made = try await load()
        let found = try await keys.load(random: SystemRandom(), at: now + 60)
        #expect(found.signing.map(\.kid) == made.signing.map(\.kid))
        #expect(found.signing.allSatisfy { $0.createdAt == now })
        // The bytes of a sealing key are hidden: equal nonces make equal keys seal equally.
        let seal = { (key: SealingKey) in try key.seal([1], for: Client.ID("a"), random: FixedRandom()) }
        #expect(try seal(made.sealing) == seal(found.sealing))
        #expect(try scene.files() == whole)
    }

    @Test(arguments: algorithms)
    func `a missing key is made anew beside the others`(algorithm: SignatureAlgorithm) async throws {
        try await prepared()
        let made = try keys.signingKeys()
        unlink("\(path)/\(name(algorithm))")
        let found = try await keys.load(random: SystemRandom(), at: now + 60).signing
        #expect(Set(found.map(\.algorithm)) == Set(Self.algorithms))
        #expect(Set(found.map(\.kid)).intersection(made.map(\.kid)).count == Self.algorithms.count - 1)
        #expect(found.first { $0.algorithm == algorithm }?.createdAt == now + 60)
    }

    static let modes: [mode_t] = [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666]

    @Test(arguments: modes, [true, false])
    func `a file that others can get at is refused with the remedy`(mode: mode_t, isSigning: Bool) async throws {
        try await prepared()
        let file = "\(path)/\(isSigning ? first : "client-secrets.key")"
        chmod(file, mode)
        let error = await #expect(throws: KeyFolderError.permissions(path: file, mode: "600")) { try await load() }
        #expect(error?.description.hasSuffix("run chmod 600 \(file)") == true)
        chmod(file, 0o600)
        await #expect(throws: Never.self) { try await load() }
    }

    @Test func `a folder that everybody can write is refused`() async throws {
        try await prepared()
        chmod(path, 0o777)
        await #expect(throws: KeyFolderError.permissions(path: path, mode: "o-w")) { try await load() }
        chmod(path, 0o755)
        await #expect(throws: Never.self) { try await load() }
    }

    static let noKeys = ["", "text", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]

    @Test(arguments: noKeys)
    func `a file that is no private key is refused`(text: String) async throws {
        try await prepared()
        try write(text, to: "signing-es256-5.pem")
        let wanted = "an unencrypted PKCS #8 private key in PEM"
        await #expect(throws: KeyFolderError.notAKey(path: "\(path)/signing-es256-5.pem", wanted: wanted)) {
            try await load()
        }
    }

    @Test func `a public key is no private key`() async throws {
        try await prepared()
        try write(try PrivateKey.generate(.ec(.p256)).publicKey.spkiPEM(), to: "signing-es256-5.pem")
        await #expect(throws: KeyFolderError.self) { try await load() }
    }

    @Test(arguments: ["", "AAAA", String(repeating: "A", count: 44), String(repeating: "+", count: 43)])
    func `a sealing key of another form is refused`(text: String) async throws {
        try await prepared()
        try write(text, to: "client-secrets.key")
        await #expect(throws: KeyFolderError.self) { try await load() }
    }

    @Test func `a symbolic link is not followed`() async throws {
        try await prepared()
        rename("\(path)/\(first)", scene.scratch.path("elsewhere"))
        symlink(scene.scratch.path("elsewhere"), "\(path)/\(first)")
        await #expect(throws: KeyFolderError.self) { try await load() }
    }

    static let kinds: [(KeyKind, String, SignatureAlgorithm?)] = [
        (.ec(.p256), "es256", .es256), (.ec(.p384), "es384", .es384), (.ec(.p521), "es512", .es512),
        (.ed25519, "eddsa", .edDSA), (.rsa(bits: 2048), "rs256", .rs256), (.rsa(bits: 2048), "ps256", .ps256),
        (.ec(.p384), "es256", nil), (.rsa(bits: 2048), "es256", nil), (.ec(.secp256k1), "es256k", nil),
        (.ec(.p256), "ES256", nil), (.ec(.p256), "none", nil), (.ec(.p256), "hs256", nil),
    ]

    @Test(arguments: kinds)
    func `the name of a file says its algorithm`(kind: KeyKind, name: String, algorithm: SignatureAlgorithm?)
        async throws
    {
        try await prepared()
        try write(try PrivateKey.generate(kind).pkcs8PEM(), to: "signing-\(name)-5.pem")
        if let algorithm {
            #expect(try await load().signing.map(\.algorithm) == [algorithm] + Self.algorithms)
        } else {
            await #expect(throws: KeyFolderError.unsuitable(path: "\(path)/signing-\(name)-5.pem")) { try await load() }
        }
    }

    @Test func `other files are left alone`() async throws {
        try await prepared()
        for name in [
            "README.md", ".gitignore", "signing-es256.pem", "signing-es256--1.pem", ".signing-es256-5.pem.7",
            "signing-es256-5-.pem", "signing-es256-05.pem", "signing-es256-5-6-7.pem", "signing-es256-+5.pem",
        ] {
            try write("text", to: name, mode: 0o644)
        }
        #expect(try await load().signing.count == Self.algorithms.count)
    }

    @Test func `a lost sealing key is not replaced in silence`() async throws {
        try await prepared()
        unlink("\(path)/client-secrets.key")
        let missing = KeyFolderError.missing(path: "\(path)/client-secrets.key")
        await #expect(throws: missing) { try await load() }
        #expect(try scene.files() == Array(whole.dropFirst()))
    }

    @Test func `a first start that was cut short goes on`() async throws {
        try await prepared()
        for algorithm in Self.algorithms { unlink("\(path)/\(name(algorithm))") }
        #expect(try await load().signing.map(\.algorithm) == Self.algorithms)
    }

    @Test func `keys are added, listed oldest first, and removed`() throws {
        try keys.prepare(random: SystemRandom())
        let old = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now)
        let new = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now + 60)
        let other = try keys.add(try PrivateKey.generate(.ec(.p521)), algorithm: .es512, at: now + 120)
        #expect(try keys.signingKeys().map(\.kid) == [old.kid, new.kid, other.kid])
        #expect(
            scene.mode("\(path)/signing-es512-\((now + 120).milliseconds)-\((now + 120).milliseconds).pem") == 0o600
        )
        try keys.remove(old.kid)
        #expect(try keys.signingKeys().map(\.kid) == [new.kid, other.kid])
        #expect(throws: KeyFolderError.unknown(old.kid)) { try keys.remove(old.kid) }
        #expect(throws: KeyFolderError.onlyKey(new.kid)) { try keys.remove(new.kid) }
        try keys.remove(other.kid)
        #expect(try keys.signingKeys().map(\.kid) == [new.kid])
    }

    @Test func `the first key of an algorithm signs at once, a later one not before its turn`() throws {
        try keys.prepare(random: SystemRandom())
        let old = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now)
        let new = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now + 60)
        let urgent = try keys.add(
            try PrivateKey.generate(.ec(.p256)),
            algorithm: .es256,
            at: now + 120,
            isUsedAtOnce: true
        )
        #expect([old, new, urgent].map(\.usedFrom) == [now, nil, now + 120])
        try keys.use(new.kid, from: now + 90)
        #expect(try keys.signingKeys().map(\.usedFrom) == [now, now + 90, now + 120])
        #expect(try keys.signingKeys().map(\.kid) == [old.kid, new.kid, urgent.kid])
        // Once used is used.
        try keys.use(new.kid, from: now + 900)
        #expect(try keys.signingKeys()[1].usedFrom == now + 90)
        #expect(throws: KeyFolderError.unknown("x")) { try keys.use("x", from: now) }
    }

    @Test(arguments: [(Int64(0), 0), (299, 0), (300, 1), (9000, 1)])
    func `in the folder of an earlier version the newest key of five minutes signs`(age: Int64, index: Int) async throws
    {
        try await prepared()
        unlink("\(path)/\(first)")
        let pair = try (0...1).map { _ in try PrivateKey.generate(.ec(.p256)) }
        for (key, time) in zip(pair, [now - 100_000, now - age]) {
            try write(try key.pkcs8PEM(), to: "signing-es256-\(time.milliseconds).pem")
        }
        let found = try await load().signing.filter { $0.algorithm == .es256 }
        #expect(found.map(\.kid) == pair.map(\.publicKey.thumbprint))
        let rotation = KeyRotation(tokenLifetime: 3600)
        #expect(rotation.current(found, .es256, at: now)?.kid == pair[index].publicKey.thumbprint)
        #expect(found[index].usedFrom != nil && found[1 - index].usedFrom == nil)
    }

    @Test func `a key that was put back under its old name is one key, and goes under both`() throws {
        try keys.prepare(random: SystemRandom())
        try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now)
        let key = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now + 60)
        try keys.use(key.kid, from: now + 90)
        try write(try key.privateKey.pkcs8PEM(), to: "signing-es256-\((now + 60).milliseconds).pem")
        #expect(try keys.signingKeys().map(\.usedFrom) == [now, now + 90])
        try keys.remove(key.kid)
        #expect(try keys.signingKeys().count == 1)
        #expect(try scene.files() == ["client-secrets.key", first])
    }

    @Test func `no file is ever replaced`() async throws {
        try await prepared()
        let old = try #require(try keys.signingKeys().first { $0.algorithm == .es256 })
        #expect(throws: KeyFolderError.exists("\(path)/\(first)")) {
            try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now, isUsedAtOnce: true)
        }
        #expect(throws: KeyFolderError.exists(old.kid)) {
            try keys.add(old.privateKey, algorithm: .es256, at: now + 60)
        }
        #expect(try keys.signingKeys().contains { $0.kid == old.kid })
        #expect(try scene.files() == whole)
    }

    @Test(arguments: [SignatureAlgorithm.es384, .es256k, .rs256, .edDSA])
    func `a key is not added for an algorithm it does not suit`(algorithm: SignatureAlgorithm) async throws {
        try await prepared()
        #expect(throws: KeyFolderError.self) {
            try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: algorithm, at: now + 60)
        }
        #expect(try scene.files() == whole)
    }
}

/// The same bytes every time.
private struct FixedRandom: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
}
