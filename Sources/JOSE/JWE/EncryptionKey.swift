package import Cryptography

/// A public key that tokens are encrypted for, as a JSON Web Key (RFC 7517 §4.2: `use` is `enc` or absent).
package struct EncryptionKey: Sendable {
    /// The key itself, parsed once.
    package let key: PublicKey
    /// The key's name within its set.
    package let kid: String?
    /// How its owner reads.
    package let algorithm: JWEAlgorithm

    package init(key: PublicKey, kid: String?, algorithm: JWEAlgorithm) {
        (self.key, self.kid, self.algorithm) = (key, kid, algorithm)
    }

    /// Reads a key for `algorithm`. Refused are secret members, keys for signatures, of another kind, or for another algorithm.
    package init(json: JSONObject, algorithm: JWEAlgorithm) throws(JOSEError) {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where json[name] != nil {
            throw JOSEError(.key, "JWK members", expected: "a public key", seen: "the secret member \(name)")
        }
        let (kid, use, name) = try reading(.key) { () throws(JSONError) in
            (try json.string("kid"), try json.string("use"), try json.string("alg"))
        }
        guard use == nil || use == "enc" else {
            throw JOSEError(.key, "JWK use", expected: "enc", seen: FailedCheck.excerpt(use))
        }
        guard name == nil || name == algorithm.rawValue else {
            throw JOSEError(.key, "JWK alg", expected: algorithm.rawValue, seen: FailedCheck.excerpt(name))
        }
        let key = try JWKFields(json).publicKey()
        guard algorithm.suits(key.kind) else {
            throw JOSEError(.key, "JWK kty", expected: "one for \(algorithm.rawValue)", seen: "another")
        }
        self.init(key: key, kid: kid, algorithm: algorithm)
    }
}

extension JSONObject {
    /// The first key of a JWK Set that a token can be encrypted for by `algorithm`; keys for other uses are passed over. nil when
    /// there is none.
    package func encryptionKey(for algorithm: JWEAlgorithm) -> EncryptionKey? {
        guard let members = self["keys"]?.arrayValue, members.count <= 64 else { return nil }
        return members.lazy.compactMap(\.objectValue).compactMap { try? EncryptionKey(json: $0, algorithm: algorithm) }
            .first
    }
}
