import Cryptography
import FoundationEssentials
import JOSE
import TestSupport
import Testing

@testable import Storage

struct SelfSignedFolderTests {
    private let scratch: ScratchFolder
    private let folder: SelfSignedFolder
    private let random = SeededRandom(seed: 1)
    private let now = Timestamp(seconds: 1_900_000_000)

    init() throws {
        scratch = try ScratchFolder()
        folder = SelfSignedFolder(scratch.path("data"))
    }

    private func read() throws -> (certificate: String, key: String) {
        let text = { path in try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self) }
        return (try text(folder.certificate), try text(folder.key))
    }

    @Test func `a certificate and its key are made, for their owner alone`() throws {
        try folder.prepare(random: random, at: now)
        let (certificate, key) = try read()
        let made = try CertifiedKey(
            chain: Certificate.chain(pem: certificate),
            key: PrivateKey(pkcs8PEM: key)
        )
        #expect(made.leaf.isFor("localhost") && made.leaf.isFor("127.0.0.1") && made.leaf.isFor("::1"))
        for path in [folder.certificate, folder.key] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    /// Days later, and whether what was made is kept.
    @Test(arguments: [(0, true), (300, true), (334, true), (336, false), (400, false), (-1, false)])
    func `what still holds for a month is kept`(days: Int64, isKept: Bool) throws {
        try folder.prepare(random: random, at: now)
        let before = try read()
        try folder.prepare(random: random, at: now + days * 86_400)
        #expect((try read() == before) == isKept)
    }

    @Test func `a half of a pair is replaced with its other half`() throws {
        try folder.prepare(random: random, at: now)
        let before = try read()
        try FileManager.default.removeItem(atPath: folder.key)
        try folder.prepare(random: random, at: now)
        let after = try read()
        #expect(after.certificate != before.certificate && after.key != before.key)
        _ = try CertifiedKey(
            chain: Certificate.chain(pem: after.certificate),
            key: PrivateKey(pkcs8PEM: after.key)
        )
    }
}
