import Cryptography
import JOSE
import Provider
import TestSupport
import Testing

@testable import martlet

struct UserKeyTests {
    @Test(arguments: [Curve.p256, .secp256k1])
    func `a new key lies in a file that only its owner can read`(curve: Curve) throws {
        let folder = try ScratchFolder()
        let key = try UserKey.readOrMake(curve, at: folder.path("key.pem"))
        #expect(folder.mode(of: "key.pem") == 0o600)
        #expect(folder.text(of: "key.pem")?.hasPrefix("-----BEGIN PRIVATE KEY-----\n") == true)
        #expect(key.privateKey.kind == .ec(curve))
        #expect(key.hexadecimal.count == 130)
        #expect(try UserKey.read(folder.path("key.pem")).clientID == key.clientID)
    }

    @Test func `a file that is there is never written over`() throws {
        let folder = try ScratchFolder()
        let first = try UserKey.readOrMake(.p256, at: folder.path("key.pem"))
        let text = folder.text(of: "key.pem")
        #expect(try UserKey.readOrMake(.p256, at: folder.path("key.pem")).clientID == first.clientID)
        let otherCurve = #expect(throws: CommandFailure.self) {
            try UserKey.readOrMake(.secp256k1, at: folder.path("key.pem"))
        }
        #expect(otherCurve?.description.contains("another curve") == true)
        #expect(folder.text(of: "key.pem") == text)

        try folder.write("my notes", to: "notes.txt")
        let noKey = #expect(throws: CommandFailure.self) { try UserKey.readOrMake(.p256, at: folder.path("notes.txt")) }
        #expect(noKey?.description == "\(folder.path("notes.txt")) is not a PKCS #8 private key in PEM")
        #expect(folder.text(of: "notes.txt") == "my notes")
    }

    @Test func `a key that is not there is said to be not there`() throws {
        let folder = try ScratchFolder()
        let path = folder.path("none.pem")
        let thrown = #expect(throws: CommandFailure.self) { try UserKey.read(path) }
        #expect(thrown?.description == "there is no key at \(path); `martlet register` makes one")
    }

    @Test func `a folder that is not there is said in one line`() throws {
        let folder = try ScratchFolder()
        let path = folder.path("none/key.pem")
        let thrown = #expect(throws: CommandFailure.self) { try UserKey.readOrMake(.p256, at: path) }
        #expect(thrown?.description.hasPrefix("\(path) cannot be written: ") == true)
    }

    @Test(arguments: [(Curve.p256, "ES256"), (.secp256k1, "ES256K")])
    func `the provider accepts its assertion, once`(curve: Curve, algorithm: String) async throws {
        let folder = try ScratchFolder()
        let key = try UserKey.readOrMake(curve, at: folder.path("key.pem"))
        let provider = try await TestProvider()
        try await provider.register(TestKey(key.privateKey, algorithm: key.algorithm))
        #expect(key.algorithm.rawValue == algorithm)
        let assertion = try key.assertion(
            for: TestProvider.issuer,
            challenge: await provider.challenge(),
            at: provider.clock.now()
        )
        let form: TestForm = ["client_id": key.clientID]
        let reply = await provider.requestToken(assertion: assertion, form)
        #expect(reply.status == 200)
        #expect(await provider.userinfo(reply["access_token"] ?? "")["public_key"] == key.hexadecimal)
        #expect(await provider.requestToken(assertion: assertion, form).status != 200)
    }

    @Test func `two assertions of one moment differ in their id`() throws {
        let folder = try ScratchFolder()
        let key = try UserKey.readOrMake(.p256, at: folder.path("key.pem"))
        let now = MovableClock.start
        let ids = try (0..<2).map { _ in
            let payload = try key.assertion(for: "https://x", challenge: "c", at: now).split(separator: ".")[1]
            return try JSONObject.parse(Base64URL.decode(String(payload)) ?? [])["jti"]?.stringValue
        }
        #expect(ids[0] != nil)
        #expect(ids[0] != ids[1])
    }
}
