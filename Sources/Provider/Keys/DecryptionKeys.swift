package import Cryptography
package import JOSE

/// A private key that tokens for this server are encrypted for; it signs nothing.
package struct DecryptionKey: Sendable {
    /// The RFC 7638 thumbprint.
    let kid: String
    package let algorithm: JWEAlgorithm
    let privateKey: PrivateKey

    /// Throws when `privateKey` does not suit `algorithm`.
    package init(_ privateKey: PrivateKey, algorithm: JWEAlgorithm) throws(JOSEError) {
        guard algorithm.suits(privateKey.kind) else {
            throw JOSEError(.key, FailedCheck("encryption key", expected: algorithm.rawValue, seen: "another kind"))
        }
        (kid, self.algorithm, self.privateKey) = (privateKey.publicKey.thumbprint, algorithm, privateKey)
    }

    /// As it is published (RFC 7517 §4): for encryption, and for one algorithm.
    var json: JSONObject {
        privateKey.publicKey.toPublicJSON(kid: kid, use: "enc").merging(["alg": .string(algorithm.rawValue)])
    }
}

/// The keys that tokens for this server are encrypted for.
package struct DecryptionKeys: Sendable {
    private let keys: [DecryptionKey]

    /// In the order in which they are published; none of them can be changed while the server runs.
    package init(_ keys: [DecryptionKey]) {
        self.keys = keys
    }

    /// What may be encrypted for.
    var algorithms: [JWEAlgorithm] { JWEAlgorithm.allCases.filter { name in keys.contains { $0.algorithm == name } } }

    var published: [JSON] { keys.map { .object($0.json) } }

    /// The content of a token that is encrypted as `wanted` for one of the keys. Throws one error for whatever does not fit of key,
    /// ciphertext and tag.
    func open(_ compact: String, as wanted: TokenEncryption, random: any RandomSource) throws(JOSEError) -> [UInt8] {
        let token = try JWE(parsing: compact)
        guard token.algorithm == wanted.algorithm, token.encryption == wanted.content else {
            throw JOSEError(
                .algorithm,
                FailedCheck(
                    "alg and enc headers",
                    expected: "\(wanted.algorithm.rawValue) and \(wanted.content.rawValue)",
                    seen: "\(token.algorithm.rawValue) and \(token.encryption.rawValue)"
                )
            )
        }
        let candidates = keys.filter { $0.algorithm == wanted.algorithm && (token.kid ?? $0.kid) == $0.kid }
        guard let last = candidates.last else {
            throw JOSEError(
                .key,
                FailedCheck(
                    "kid",
                    expected: "a published key for \(wanted.algorithm.rawValue)",
                    seen: FailedCheck.excerpt(token.kid)
                )
            )
        }
        for key in candidates.dropLast() {
            if let content = try? token.decrypt(with: key.privateKey, random: random) { return content }
        }
        return try token.decrypt(with: last.privateKey, random: random)
    }
}
