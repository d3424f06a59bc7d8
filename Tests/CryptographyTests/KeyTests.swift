import Testing

@testable import Cryptography

struct KeyTests {
    static let kinds: [KeyKind] = Curve.allCases.map(KeyKind.ec) + [.ed25519, .rsa(bits: 2048)]

    static func sample(_ kind: KeyKind) throws -> PrivateKey {
        if case .rsa = kind { Samples.rsa } else { try PrivateKey.generate(kind) }
    }

    @Test(arguments: kinds)
    func `keys survive PEM and their own numbers`(kind: KeyKind) throws {
        let key = try KeyTests.sample(kind)
        let algorithm = try #require(SignatureAlgorithm.allCases.first { $0.suits(kind) })
        let read = try PrivateKey(pkcs8PEM: try key.pkcs8PEM())
        let rebuilt = try PrivateKey(publicKey: key.publicKey, parameters: try key.parameters())
        let publicKey = try PublicKey(spkiPEM: try key.publicKey.spkiPEM())
        #expect(key.kind == kind)
        for signer in [key, read, rebuilt] {
            #expect(signer.publicKey.parameters == publicKey.parameters)
            #expect(publicKey.verifies(try signer.sign([5], using: algorithm), of: [5], using: algorithm))
        }
        #expect(!publicKey.verifies(try key.sign([5], using: algorithm), of: [6], using: algorithm))
        #expect(CryptographyError.isQueueEmpty)
    }

    @Test(arguments: kinds)
    func `halves that do not belong together are refused`(kind: KeyKind) throws {
        let other: PublicKey =
            if case .rsa = kind {
                try PublicKey(rsaModulus: [0xC1] + [UInt8](repeating: 0x5A, count: 254) + [1], exponent: [1, 0, 1])
            } else {
                try PrivateKey.generate(kind).publicKey
            }
        let parameters = try KeyTests.sample(kind).parameters()
        #expect(throws: CryptographyError.self) { try PrivateKey(publicKey: other, parameters: parameters) }
        #expect(CryptographyError.isQueueEmpty)
    }

    @Test(arguments: Curve.allCases)
    func `points are read in both forms`(curve: Curve) throws {
        for _ in 0..<8 {
            let key = try PrivateKey.generate(.ec(curve)).publicKey
            let point = try #require(key.sec1Uncompressed)
            let x = Array(point[1...curve.coordinateSize])
            let compressed = [2 + point.last! % 2] + x
            #expect(try PublicKey(sec1: point, curve: curve).parameters == key.parameters)
            #expect(try PublicKey(sec1: compressed, curve: curve).parameters == key.parameters)
        }
    }

    @Test(arguments: Curve.allCases)
    func `what is no point of the curve is refused`(curve: Curve) throws {
        let point = try #require(PrivateKey.generate(.ec(curve)).publicKey.sec1Uncompressed)
        let size = curve.coordinateSize
        var off = point
        off[2 * size] ^= 1
        let hybrid = [6 + point.last! % 2] + point.dropFirst()
        let huge = [4] + [UInt8](repeating: 0xFF, count: 2 * size)
        let zeros = [4] + [UInt8](repeating: 0, count: 2 * size)
        let shapes: [[UInt8]] = [
            [], [0], [4], off, hybrid, huge, zeros, point + [0], point.dropLast(), [5] + point.dropFirst(),
            [2] + [UInt8](repeating: 0xFF, count: size),
        ]
        for shape in shapes {
            #expect(throws: CryptographyError.self) { try PublicKey(sec1: shape, curve: curve) }
            #expect(CryptographyError.isQueueEmpty)
        }
        let (x, y) = (Array(point[1...size]), Array(point[(size + 1)...]))
        #expect(throws: CryptographyError.self) { try PublicKey(curve: curve, x: x, y: [0] + y) }
        #expect(throws: CryptographyError.self) { try PublicKey(curve: curve, x: Array(x.dropFirst()), y: y) }
    }

    @Test func `each algorithm suits its kind alone`() {
        let table: [SignatureAlgorithm: Set<KeyKind>] = [
            .es256: [.ec(.p256)], .es384: [.ec(.p384)], .es512: [.ec(.p521)], .es256k: [.ec(.secp256k1)],
            .edDSA: [.ed25519], .rs256: [.rsa(bits: 2048)], .rs384: [.rsa(bits: 2048)], .rs512: [.rsa(bits: 2048)],
            .ps256: [.rsa(bits: 2048)], .ps384: [.rsa(bits: 2048)], .ps512: [.rsa(bits: 2048)],
        ]
        for algorithm in SignatureAlgorithm.allCases {
            #expect(Set(KeyTests.kinds.filter(algorithm.suits)) == table[algorithm])
        }
    }

    @Test func `a key does not sign under an algorithm of another kind`() throws {
        let key = try PrivateKey.generate(.ec(.p256))
        #expect(throws: CryptographyError.self) { try key.sign([1], using: .es384) }
        #expect(throws: CryptographyError.self) { try key.sign([1], using: .edDSA) }
        #expect(throws: Never.self) { try key.sign([1], using: .es256) }
    }

    @Test(arguments: [0, -1, 1024, 2047, 4097, 1 << 40])
    func `no weak RSA key is made`(bits: Int) {
        #expect(throws: CryptographyError.self) { try PrivateKey.generate(.rsa(bits: bits)) }
    }

    @Test func `texts that are no PEM of the wanted kind are refused`() throws {
        let key = try PrivateKey.generate(.ec(.p256))
        let (secret, open) = (try key.pkcs8PEM(), try key.publicKey.spkiPEM())
        let body = open.split(separator: "\n")[1]
        let broken = [
            "", "x", open + open, "junk\n" + open, open + "junk", secret.replacing("PRIVATE", with: "EC PRIVATE"),
            open.replacing(body, with: "AAAA"), open.replacing(body, with: body.dropLast(4)),
            open.replacing(body, with: "*" + body.dropFirst()), open.replacing("==\n", with: "=\n"),
            secret.replacing("PRIVATE", with: "PUBLIC"), open.replacing("PUBLIC", with: "PRIVATE"),
        ]
        for text in broken {
            #expect(throws: CryptographyError.self) { try PublicKey(spkiPEM: text) }
            #expect(CryptographyError.isQueueEmpty)
            #expect(throws: CryptographyError.self) { try PrivateKey(pkcs8PEM: text) }
            #expect(CryptographyError.isQueueEmpty)
        }
        #expect(throws: Never.self) { try PublicKey(spkiPEM: "\n " + open.replacing("\n", with: "\r\n")) }
        #expect(throws: Never.self) { try PrivateKey(pkcs8PEM: secret) }
    }

    @Test func `a failure tells what OpenSSL said and leaves nothing behind`() throws {
        let error = #expect(throws: CryptographyError.self) {
            try PublicKey(sec1: [4] + [UInt8](repeating: 1, count: 64), curve: .p256)
        }
        #expect(error?.code == .invalidPoint)
        #expect(error?.detail.contains("point is not on curve") == true)
        #expect(CryptographyError.isQueueEmpty)
    }
}
