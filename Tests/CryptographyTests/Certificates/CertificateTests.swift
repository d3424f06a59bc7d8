import Cryptography
import Testing

struct CertificateTests {
    private static let terms = CertifiedKey.SelfSignedTerms(
        hosts: ["localhost", "127.0.0.1", "::1"],
        validity: 1_900_000_000...1_900_086_400
    )

    private static func made() throws -> CertifiedKey {
        try CertifiedKey.selfSigned(terms, serial: [1, 2, 3])
    }

    @Test func `what was asked for is in the certificate`() throws {
        let made = try Self.made()
        #expect(made.chain.count == 1)
        #expect(made.leaf.notBefore == 1_900_000_000)
        #expect(made.leaf.notAfter == 1_900_086_400)
        #expect(made.key.kind == .ec(.p256))
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("::1", true), ("0:0::1", true),
        ("example.org", false), ("a.localhost", false), ("127.0.0.2", false), ("::2", false), ("", false),
    ])
    func `it is for its hosts and no others`(host: String, isFor: Bool) throws {
        #expect(try Self.made().leaf.isFor(host) == isFor)
    }

    @Test func `two of them differ, and so do their keys`() throws {
        let (one, other) = (try Self.made(), try Self.made())
        #expect(one.leaf.der != other.leaf.der)
        #expect(throws: CryptographyError.self) { try CertifiedKey(chain: one.chain, key: other.key) }
        #expect(throws: Never.self) { try CertifiedKey(chain: one.chain, key: one.key) }
        #expect(throws: Never.self) { try CertifiedKey(chain: one.chain + other.chain, key: one.key) }
        let failure = #expect(throws: CryptographyError.self) { try CertifiedKey(chain: other.chain, key: one.key) }
        #expect(failure?.code == .unmatchedKey)
        #expect(throws: CryptographyError.self) { try CertifiedKey(chain: [], key: one.key) }
    }

    @Test func `a file may hold several, with text around them`() throws {
        let (one, other) = (try Self.made(), try Self.made())
        let key = try one.key.pkcs8PEM()
        let text = "subject=CN = localhost\n\(one.leaf.pem)\n# and\r\n\(other.leaf.pem)\(key)trailing\n"
        let chain = try Certificate.chain(pem: text)
        #expect(chain.map(\.der) == [one.leaf.der, other.leaf.der])
        #expect(try PrivateKey.read(pem: text).pkcs8PEM() == key)
        #expect(try Certificate.chain(pem: text.replacing("\n", with: "\r\n")).count == 2)
    }

    @Test func `what holds no certificate is refused`() throws {
        let pem = try Self.made().leaf.pem
        let body = pem.split(separator: "\n").dropFirst().dropLast().joined()
        let broken = [
            "", "x", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n\(body.dropLast(8))\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n\(body)AAAA\n-----END CERTIFICATE-----\n",
            pem.replacing("CERTIFICATE", with: "PUBLIC KEY"), pem + pem.replacing("M", with: "?"),
        ]
        for text in broken {
            #expect(throws: CryptographyError.self, "\(text)") { try Certificate.chain(pem: text) }
        }
        #expect(try Certificate.chain(pem: pem).count == 1)
    }

    @Test func `one private key is read, not none and not two`() throws {
        let pem = try Self.made().key.pkcs8PEM()
        for text in ["", pem + pem, pem.replacing("PRIVATE", with: "ENCRYPTED PRIVATE"), try Self.made().leaf.pem] {
            let failure = #expect(throws: CryptographyError.self) { try PrivateKey.read(pem: text) }
            #expect(failure?.code == .invalidPEM)
        }
        #expect(throws: Never.self) { try PrivateKey.read(pem: pem) }
    }
}
