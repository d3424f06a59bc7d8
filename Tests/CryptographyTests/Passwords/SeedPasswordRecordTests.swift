import Testing

@testable import Cryptography

struct SeedPasswordRecordTests {
    private static let salt = Hexadecimal.encode([UInt8](0..<64))
    private static let password = Array("pässword1".utf8)

    /// Node's own answers over the salt's text, as the seed calls them; and over its bytes, which it does not.
    private static let scrypt =
        "0f6e7276f0a47245b51398caa84eb4459ab4047f960a94d36e5cb23aa38ee478"
        + "f1213ab7ad50d3e35e15dad11f87a4dd3ef5a71707a58fd1186e1e032eb2f94e"
    private static let scryptOverBytes =
        "27ead00d473115e1e275cedd4a8a848c40ab7c9803acf25d3ce045bb1abe8fc8"
        + "4dc7b93ed1a89f6df13e4ede8632ae8175d1e9d4e817446d55bf07ba4345faf2"
    private static let pbkdf2 =
        "56a166a51d55d36270a1b7e53a876ee81b69a27ae32b5896866b73bca599c774"
        + "1d4be1c29e17ad8cc68bbb5fa2af04a2eff3827a88f54fe454d6857a1e5b53f6"

    @Test(arguments: [
        (SeedPasswordRecord.Derivation.scrypt, scrypt, "$seed-scrypt$"),
        (.pbkdf2SHA512(iterations: 10_000), pbkdf2, "$seed-pbkdf2-sha512$i=10000$"),
    ])
    func `what Node made is right, and nothing else`(
        derivation: SeedPasswordRecord.Derivation,
        hash: String,
        beginning: String
    ) throws {
        let record = try SeedPasswordRecord(
            hash: hash.uppercased(),
            salt: SeedPasswordRecordTests.salt,
            derivation: derivation
        )
        #expect(record.text == beginning + SeedPasswordRecordTests.salt + "$" + hash)
        #expect(SeedPasswordRecord(record.text) == record)
        #expect(PasswordHash.recognises(record.text))
        #expect(try record.matches(SeedPasswordRecordTests.password))
        #expect(try !record.matches(SeedPasswordRecordTests.password + [0]), "HMAC pads keys with zeros")
        #expect(try !record.matches([]))
    }

    @Test func `salt, derivation and hash all count`() throws {
        typealias Tests = SeedPasswordRecordTests
        let wrong = [
            try SeedPasswordRecord(hash: Tests.scryptOverBytes, salt: Tests.salt, derivation: .scrypt),
            try SeedPasswordRecord(hash: Tests.scrypt, salt: Tests.salt.uppercased(), derivation: .scrypt),
            try SeedPasswordRecord(hash: Tests.pbkdf2, salt: Tests.salt, derivation: .scrypt),
            try SeedPasswordRecord(
                hash: Tests.pbkdf2,
                salt: Tests.salt,
                derivation: .pbkdf2SHA512(iterations: 9_999)
            ),
        ]
        for record in wrong { #expect(try !record.matches(Tests.password)) }
    }

    @Test func `fields of another form are refused`() {
        typealias Tests = SeedPasswordRecordTests
        for (hash, salt) in [
            ("", Tests.salt), (Tests.scrypt, ""), (String(Tests.scrypt.dropLast(2)), Tests.salt),
            (Tests.scrypt, Tests.salt + "00"), (Tests.scrypt, "zz" + Tests.salt.dropFirst(2)),
        ] {
            #expect(throws: CryptographyError.self) {
                try SeedPasswordRecord(hash: hash, salt: salt, derivation: .scrypt)
            }
        }
        for iterations in [0, -1, 1_000_001] {
            #expect(throws: CryptographyError.self) {
                try SeedPasswordRecord(
                    hash: Tests.pbkdf2,
                    salt: Tests.salt,
                    derivation: .pbkdf2SHA512(iterations: iterations)
                )
            }
        }
        let pair = Tests.salt + "$" + Tests.scrypt
        for text in [
            pair, "$" + pair, "$seed$" + pair, "$seed-scrypt$i=1$" + pair, "$seed-pbkdf2-sha512$" + pair,
            "$seed-pbkdf2-sha512$i=0$" + pair, "$seed-pbkdf2-sha512$i=1e3$" + pair,
            "$seed-pbkdf2-sha512$n=1$" + pair, "$seed-scrypt$" + pair + "$",
        ] {
            #expect(!PasswordHash.recognises(text), "\(text)")
        }
        #expect(PasswordHash.recognises("$seed-scrypt$" + pair))
    }

    /// The fourth answer there takes a gigabyte and is left out.
    @Test(arguments: [
        (
            "", "", UInt64(16), UInt64(1), UInt64(1),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "NaCl", 1024, 8, 16,
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ])
    func `RFC 7914 §12`(password: String, salt: String, n: UInt64, r: UInt64, p: UInt64, key: String) throws {
        let cost = (n: n, r: r, p: p)
        let (password, salt) = (Array(password.utf8), Array(salt.utf8))
        #expect(Hexadecimal.encode(try KeyDerivation.scrypt(password, salt: salt, cost: cost, size: 64)) == key)
        #expect(try KeyDerivation.scrypt(password, salt: salt + [0], cost: cost, size: 64) != Hexadecimal.decode(key))
    }

    @Test(arguments: [
        (
            1,
            "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252"
                + "c02d470a285a0501bad999bfe943c08f050235d7d68b1da55e63f73b60a57fce"
        ),
        (
            4096,
            "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5"
                + "143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5"
        ),
    ])
    func `PBKDF2 with HMAC-SHA-512 over password and salt`(iterations: Int, key: String) throws {
        let (password, salt) = (Array("password".utf8), Array("salt".utf8))
        let made = try KeyDerivation.pbkdf2SHA512(password, salt: salt, iterations: iterations, size: 64)
        #expect(Hexadecimal.encode(made) == key)
    }

    @Test func `a derivation that asks for too much memory is an error`() {
        #expect(throws: CryptographyError.self) {
            try KeyDerivation.scrypt([1], salt: [2], cost: (n: 1 << 20, r: 8, p: 1), size: 64)
        }
        #expect(CryptographyError.isQueueEmpty)
    }
}
