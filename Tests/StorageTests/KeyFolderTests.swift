import Cryptography
import FoundationEssentials
import Glibc
import JOSE
import Provider
import Storage
import TestSupport
import Testing

struct KeyFolderTests {
    private let scratch: ScratchFolder
    private let now = ScratchStores.now
    private var path: String { scratch.path("keys") }
    private var keys: KeyFolder { KeyFolder(path) }

    init() throws {
        scratch = try ScratchFolder()
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return lstat(name, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        chmod("\(path)/\(name)", mode)
    }

    private func load() throws -> (signing: [SigningKey], sealing: SealingKey) {
        try keys.load(random: SystemRandom(), at: now)
    }

    private var first: String { "signing-es256-\(now.milliseconds).pem" }
    private var second: String { "signing-rs512-\(now.milliseconds).pem" }

    @Test func `the first start makes the keys, for their owner alone`() throws {
        let made = try load()
        #expect(try files() == ["client-secrets.key", first, second])
        #expect(mode(path) == 0o700)
        #expect(try files().allSatisfy { mode("\(path)/\($0)") == 0o600 })
        #expect(made.signing.map(\.algorithm) == [.es256, .rs512])
        #expect(made.signing.map(\.createdAt) == [now, now])
        #expect(made.signing.map(\.privateKey.kind) == [.ec(.p256), .rsa(bits: 2048)])
    }

    @Test func `the next start finds the same keys`() throws {
        let made = try load()
        let found = try keys.load(random: SystemRandom(), at: now + 60)
        #expect(found.signing.map(\.kid) == made.signing.map(\.kid))
        #expect(found.signing.map(\.createdAt) == [now, now])
        // The bytes of a sealing key are hidden: equal nonces make equal keys seal equally.
        let seal = { (key: SealingKey) in try key.seal([1], for: Client.ID("a"), random: FixedRandom()) }
        #expect(try seal(made.sealing) == seal(found.sealing))
        #expect(try files().count == 3)
    }

    @Test(arguments: [SignatureAlgorithm.es256, .rs512])
    func `a missing key is made anew beside the others`(algorithm: SignatureAlgorithm) throws {
        let made = try load().signing
        unlink("\(path)/\(algorithm == .es256 ? first : second)")
        let found = try keys.load(random: SystemRandom(), at: now + 60).signing
        #expect(Set(found.map(\.algorithm)) == [.es256, .rs512])
        #expect(Set(found.map(\.kid)).intersection(made.map(\.kid)).count == 1)
        #expect(found.first { $0.algorithm == algorithm }?.createdAt == now + 60)
    }

    static let modes: [mode_t] = [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666]

    @Test(arguments: modes, [true, false])
    func `a file that others can get at is refused with the remedy`(mode: mode_t, isSigning: Bool) throws {
        _ = try load()
        let file = "\(path)/\(isSigning ? first : "client-secrets.key")"
        chmod(file, mode)
        let error = #expect(throws: KeyFolderError.permissions(path: file, mode: "600")) { try load() }
        #expect(error?.description.hasSuffix("run chmod 600 \(file)") == true)
        chmod(file, 0o600)
        #expect(throws: Never.self) { try load() }
    }

    @Test func `a folder that everybody can write is refused`() throws {
        _ = try load()
        chmod(path, 0o777)
        #expect(throws: KeyFolderError.permissions(path: path, mode: "o-w")) { try load() }
        chmod(path, 0o755)
        #expect(throws: Never.self) { try load() }
    }

    static let noKeys = ["", "text", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]

    @Test(arguments: noKeys)
    func `a file that is no private key is refused`(text: String) throws {
        _ = try load()
        try write(text, to: "signing-es256-5.pem")
        let wanted = "an unencrypted PKCS #8 private key in PEM"
        #expect(throws: KeyFolderError.notAKey(path: "\(path)/signing-es256-5.pem", wanted: wanted)) { try load() }
    }

    @Test func `a public key is no private key`() throws {
        _ = try load()
        try write(try PrivateKey.generate(.ec(.p256)).publicKey.spkiPEM(), to: "signing-es256-5.pem")
        #expect(throws: KeyFolderError.self) { try load() }
    }

    @Test(arguments: ["", "AAAA", String(repeating: "A", count: 44), String(repeating: "+", count: 43)])
    func `a sealing key of another form is refused`(text: String) throws {
        _ = try load()
        try write(text, to: "client-secrets.key")
        #expect(throws: KeyFolderError.self) { try load() }
    }

    @Test func `a symbolic link is not followed`() throws {
        _ = try load()
        rename("\(path)/\(first)", scratch.path("elsewhere"))
        symlink(scratch.path("elsewhere"), "\(path)/\(first)")
        #expect(throws: KeyFolderError.self) { try load() }
    }

    static let kinds: [(KeyKind, String, SignatureAlgorithm?)] = [
        (.ec(.p256), "es256", .es256), (.ec(.p384), "es384", .es384), (.ec(.p521), "es512", .es512),
        (.ed25519, "eddsa", .edDSA), (.rsa(bits: 2048), "rs256", .rs256), (.rsa(bits: 2048), "ps256", .ps256),
        (.ec(.p384), "es256", nil), (.rsa(bits: 2048), "es256", nil), (.ec(.secp256k1), "es256k", nil),
        (.ec(.p256), "ES256", nil), (.ec(.p256), "none", nil), (.ec(.p256), "hs256", nil),
    ]

    @Test(arguments: kinds)
    func `the name of a file says its algorithm`(kind: KeyKind, name: String, algorithm: SignatureAlgorithm?) throws {
        _ = try load()
        try write(try PrivateKey.generate(kind).pkcs8PEM(), to: "signing-\(name)-5.pem")
        if let algorithm {
            #expect(try load().signing.map(\.algorithm) == [algorithm, .es256, .rs512])
        } else {
            #expect(throws: KeyFolderError.unsuitable(path: "\(path)/signing-\(name)-5.pem")) { try load() }
        }
    }

    @Test func `other files are left alone`() throws {
        _ = try load()
        for name in ["README.md", ".gitignore", "signing-es256.pem", "signing-es256--1.pem", ".signing-es256-5.pem.7"] {
            try write("text", to: name, mode: 0o644)
        }
        #expect(try load().signing.count == 2)
    }

    @Test func `a lost sealing key is not replaced in silence`() throws {
        _ = try load()
        unlink("\(path)/client-secrets.key")
        let missing = KeyFolderError.missing(path: "\(path)/client-secrets.key")
        #expect(throws: missing) { try load() }
        #expect(try files() == [first, second])
    }

    @Test func `a first start that was cut short goes on`() throws {
        _ = try load()
        unlink("\(path)/\(first)")
        unlink("\(path)/\(second)")
        #expect(try load().signing.map(\.algorithm) == [.es256, .rs512])
    }

    @Test func `keys are added, listed oldest first, and removed`() throws {
        try keys.prepare(random: SystemRandom())
        let old = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now)
        let new = try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now + 60)
        let other = try keys.add(try PrivateKey.generate(.ed25519), algorithm: .edDSA, at: now + 120)
        #expect(try keys.signingKeys().map(\.kid) == [old.kid, new.kid, other.kid])
        #expect(mode("\(path)/signing-eddsa-\((now + 120).milliseconds).pem") == 0o600)
        try keys.remove(old.kid)
        #expect(try keys.signingKeys().map(\.kid) == [new.kid, other.kid])
        #expect(throws: KeyFolderError.unknown(old.kid)) { try keys.remove(old.kid) }
        #expect(throws: KeyFolderError.onlyKey(new.kid)) { try keys.remove(new.kid) }
        try keys.remove(other.kid)
        #expect(try keys.signingKeys().map(\.kid) == [new.kid])
    }

    @Test func `no file is ever replaced`() throws {
        let old = try #require(try load().signing.first)
        #expect(throws: KeyFolderError.exists("\(path)/\(first)")) {
            try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: .es256, at: now)
        }
        #expect(throws: KeyFolderError.exists(old.kid)) {
            try keys.add(old.privateKey, algorithm: .es256, at: now + 60)
        }
        #expect(try keys.signingKeys().first?.kid == old.kid)
        #expect(try files() == ["client-secrets.key", first, second])
    }

    @Test(arguments: [SignatureAlgorithm.es384, .es256k, .rs256, .edDSA])
    func `a key is not added for an algorithm it does not suit`(algorithm: SignatureAlgorithm) throws {
        _ = try load()
        #expect(throws: KeyFolderError.self) {
            try keys.add(try PrivateKey.generate(.ec(.p256)), algorithm: algorithm, at: now + 60)
        }
        #expect(try files().count == 3)
    }
}

/// The same bytes every time.
private struct FixedRandom: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
}
