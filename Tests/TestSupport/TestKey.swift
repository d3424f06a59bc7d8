package import Cryptography
package import JOSE

/// A key pair of somebody who calls the server, made for the test.
package struct TestKey: Sendable {
    package let privateKey: PrivateKey
    /// What it signs with.
    package let algorithm: SignatureAlgorithm

    /// A key of `kind`; `algorithm` is the first one that suits it, unless said.
    package init(_ kind: KeyKind, algorithm: SignatureAlgorithm? = nil) throws {
        self.init(
            try PrivateKey.generate(kind),
            algorithm: algorithm ?? SignatureAlgorithm.allCases.first { $0.suits(kind) }!
        )
    }

    package init(_ privateKey: PrivateKey, algorithm: SignatureAlgorithm) {
        (self.privateKey, self.algorithm) = (privateKey, algorithm)
    }

    package static func p256() throws -> TestKey { try TestKey(.ec(.p256)) }
    package static func secp256k1() throws -> TestKey { try TestKey(.ec(.secp256k1)) }

    /// A key whose numbers are known: RFC 7515 §A.3, on P-256.
    package static func known() throws -> TestKey {
        let key = try PrivateJWK(json: [
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
        ])
        return TestKey(key.key, algorithm: .es256)
    }

    /// RFC 7638, base64url.
    package var thumbprint: String { privateKey.publicKey.thumbprint }

    /// The id of the client that this key is once an account registered it (RFC 9278).
    package var clientID: String { "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + thumbprint }

    /// The uncompressed point in hexadecimal; empty for a key that is on no curve for ECDSA.
    package var hexadecimal: String { Hexadecimal.encode(privateKey.publicKey.sec1Uncompressed ?? []) }

    /// The compressed point in hexadecimal (SEC 1 §2.3.3).
    package var compressed: String {
        let point = privateKey.publicKey.sec1Uncompressed ?? []
        guard let last = point.last else { return "" }
        return Hexadecimal.encode([2 + last % 2] + point[1...(point.count / 2)])
    }

    /// The public JWK without `kid`.
    package var jwk: JSONObject { privateKey.publicKey.toPublicJSON() }

    /// The public JWK as JSON text.
    package var jwkText: String { String(decoding: jwk.encoded(), as: UTF8.self) }
}
