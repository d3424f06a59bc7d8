import Cryptography
import FoundationEssentials
import Glibc
import JOSE
import Provider
import TestSupport
import Testing

@testable import Storage

/// The keys that tokens for the server are encrypted for, in the folder of keys.
struct DecryptionKeyFolderTests {
    private let scene: KeyFolderScene
    private var now: Timestamp { scene.now }
    private var path: String { scene.path }
    private var keys: KeyFolder { scene.keys }

    init() throws {
        scene = try KeyFolderScene()
    }

    private var whole: [String] {
        ["encryption-ecdh-es-\(now.milliseconds).pem", "encryption-rsa-oaep-256-\(now.milliseconds).pem"]
    }

    @Test func `they are made once, for their owner alone, and read again`() async throws {
        _ = try await keys.decryptionKeys(at: now)
        #expect(try scene.files() == whole && scene.mode(path) == 0o700)
        #expect(try scene.files().allSatisfy { scene.mode("\(path)/\($0)") == 0o600 })
        let before = try scene.files().map { FileManager.default.contents(atPath: "\(path)/\($0)") }
        _ = try await keys.decryptionKeys(at: now + 60)
        #expect(
            try scene.files() == whole
                && scene.files().map { FileManager.default.contents(atPath: "\(path)/\($0)") } == before
        )
        unlink("\(path)/\(whole[0])")
        _ = try await keys.decryptionKeys(at: now + 60)
        #expect(try scene.files() == ["encryption-ecdh-es-\((now + 60).milliseconds).pem", whole[1]])
        #expect(try keys.signingKeys().isEmpty, "none of them signs")
    }

    @Test func `one that others can read, of another kind or of no sense is refused`() async throws {
        _ = try await keys.decryptionKeys(at: now)
        let (ec, rsa) = ("\(path)/\(whole[0])", "\(path)/\(whole[1])")
        chmod(ec, 0o640)
        await #expect(throws: KeyFolderError.permissions(path: ec, mode: "600")) {
            try await keys.decryptionKeys(at: now)
        }
        chmod(ec, 0o600)
        _ = try await keys.decryptionKeys(at: now)
        let others = [
            (try PrivateKey.generate(.ec(.p256)).pkcs8PEM(), whole[1]), ("nothing", whole[1]),
            (try PrivateKey.generate(.ed25519).pkcs8PEM(), whole[1]),
        ]
        for (text, name) in others {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
            await #expect(throws: KeyFolderError.self) { try await keys.decryptionKeys(at: now) }
        }
        unlink(rsa)
        try "x".write(toFile: "\(path)/encryption-rsa1_5-1.pem", atomically: false, encoding: .utf8)
        await #expect(throws: KeyFolderError.self) { try await keys.decryptionKeys(at: now) }
    }
}
