import Cryptography
import JOSE
import Testing

struct RegisteredKeyTests {
    /// The base points of the two curves (SEC 2 §2.7.1, §2.4.1), compressed: each is on its own curve alone or on both,
    /// which the tests below find out.
    static let p256Base = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    static let secp256k1Base = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

    static func point(_ curve: Curve, _ text: String) throws -> [UInt8] {
        try #require(PublicKey(sec1: Hexadecimal.decode(text)!, curve: curve).sec1Uncompressed)
    }

    @Test(arguments: [(Curve.p256, p256Base), (.secp256k1, secp256k1Base)])
    func `an uncompressed point is a key on the curve that it satisfies`(curve: Curve, base: String) throws {
        let point = try Self.point(curve, base)
        for text in [Hexadecimal.encode(point), Hexadecimal.encode(point).uppercased()] {
            let keys = try RegisteredKey.all(in: text)
            #expect(keys.map(\.jwk.key.kind) == [.ec(curve)])
            #expect(keys[0].jwk.key.sec1Uncompressed == point)
            #expect(keys[0].thumbprint == keys[0].jwk.thumbprint)
            #expect(keys[0].jwk.kid == keys[0].thumbprint)
        }
    }

    @Test(arguments: [Curve.p256, .secp256k1])
    func `a fresh key is found by each of its forms`(curve: Curve) throws {
        for _ in 0..<16 {
            let key = try PrivateKey.generate(.ec(curve)).publicKey
            let point = try #require(key.sec1Uncompressed)
            let compressed = [2 + point[64] % 2] + point[1...32]
            #expect(try RegisteredKey.all(in: Hexadecimal.encode(point)).map(\.thumbprint) == [key.thumbprint])
            let read = try RegisteredKey.all(in: Hexadecimal.encode(Array(compressed)))
            #expect(read.contains { $0.thumbprint == key.thumbprint })
        }
    }

    /// Which x coordinates lie on which curve follows from the curves' equations (SEC 2 §2.4.1, §2.7.1).
    static let curvesOfX: [(x: UInt8, curves: [Curve])] = [
        (0, [.p256]), (1, [.secp256k1]), (2, [.secp256k1]), (5, [.p256]), (6, [.p256, .secp256k1]),
        (8, [.p256, .secp256k1]), (7, []),
    ]

    @Test(arguments: curvesOfX)
    func `a compressed point is a key on each curve that has its x coordinate`(x: UInt8, curves: [Curve]) throws {
        for sign: UInt8 in [2, 3] {
            let text = Hexadecimal.encode([sign] + [UInt8](repeating: 0, count: 31) + [x])
            guard !curves.isEmpty else {
                let error = #expect(throws: JOSEError.self) { try RegisteredKey.all(in: text) }
                #expect(error?.code == .key)
                continue
            }
            let keys = try RegisteredKey.all(in: text)
            #expect(keys.map(\.jwk.key.kind) == curves.map(KeyKind.ec))
            #expect(Set(keys.map(\.thumbprint)).count == curves.count)
            for key in keys {
                let point = try #require(key.jwk.key.sec1Uncompressed)
                #expect(point[32] == x)
                #expect(point[64] % 2 == sign % 2)
            }
        }
    }

    @Test(arguments: [Curve.p256, .p384, .p521, .secp256k1])
    func `a JWK of each curve is taken, whatever else it says`(curve: Curve) throws {
        let key = try PrivateKey.generate(.ec(curve)).publicKey
        for more in [[:], ["kid": "mine", "use": "sig", "unknown": [1]]] as [JSONObject] {
            let text = String(decoding: key.toPublicJSON().merging(more).encoded(), as: UTF8.self)
            let keys = try RegisteredKey.all(in: text)
            #expect(keys.map(\.thumbprint) == [key.thumbprint])
            #expect(keys[0].jwk.kid == key.thumbprint)
        }
    }

    @Test(arguments: [KeyKind.ed25519, .rsa(bits: 2048)])
    func `a JWK of another kind is refused`(kind: KeyKind) throws {
        let jwk = try PrivateKey.generate(kind).publicKey.toPublicJSON()
        let error = #expect(throws: JOSEError.self) {
            try RegisteredKey.all(in: String(decoding: jwk.encoded(), as: UTF8.self))
        }
        #expect(error?.failed.expected == "an elliptic-curve key")
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var code = JOSEError.Code.key
        var testDescription: String { name }
    }

    static let good = Hexadecimal.encode(try! point(.p256, p256Base))

    @Test(arguments: [
        Refused(name: "off both curves", text: good.dropLast() + "0"),
        Refused(name: "infinity", text: "00"),
        Refused(name: "infinity at full length", text: "00" + good.dropFirst(2)),
        Refused(name: "the zero point", text: "04" + String(repeating: "0", count: 128)),
        Refused(name: "the hybrid form", text: "07" + good.dropFirst(2)),
        Refused(name: "x not below the prime", text: "02" + String(repeating: "f", count: 64)),
        Refused(name: "a byte short", text: String(good.dropLast(2))),
        Refused(name: "a byte long", text: good + "00"),
        Refused(name: "half a byte", text: String(good.dropLast())),
        Refused(name: "no hexadecimal", text: "04zz" + good.dropFirst(4)),
        Refused(name: "0x before it", text: "0x" + good), Refused(name: "a space before it", text: " " + good),
        Refused(name: "nothing", text: ""), Refused(name: "PEM", text: "-----BEGIN PUBLIC KEY-----"),
        Refused(name: "oct", text: #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}"#),
        Refused(
            name: "a private JWK",
            text: String(decoding: JWKTests.good.merging(["d": "AA"]).encoded(), as: UTF8.self)
        ),
        Refused(name: "no JWK", text: "{}"), Refused(name: "no JSON", text: "{", code: .malformed),
        Refused(name: "a JWK twice", text: #"{"kty":"EC","kty":"EC"}"#, code: .malformed),
        Refused(name: "a JWK in an array", text: "[{}]"),
    ])
    func `text that is no elliptic-curve key is refused`(case refused: Refused) throws {
        #expect(try RegisteredKey.all(in: Self.good).count == 1)
        let error = #expect(throws: JOSEError.self) { try RegisteredKey.all(in: refused.text) }
        #expect(error?.code == refused.code)
    }

    @Test func `a text has at most 2048 bytes`() throws {
        func text(_ size: Int) -> String {
            let jwk = JWKTests.good.merging(["pad": ""])
            let pad = size - jwk.encoded().count
            return String(
                decoding: jwk.merging(["pad": .string(String(repeating: "x", count: pad))]).encoded(),
                as: UTF8.self
            )
        }
        #expect(try RegisteredKey.all(in: text(2048)).count == 1)
        let error = #expect(throws: JOSEError.self) { try RegisteredKey.all(in: text(2049)) }
        #expect(error?.failed.expected == "at most 2048 bytes")
    }
}
