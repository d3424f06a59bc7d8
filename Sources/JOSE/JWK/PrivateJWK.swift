package import Cryptography

/// A private key for signatures as a JSON Web Key.
package struct PrivateJWK: Sendable {
    /// The key itself.
    package let key: PrivateKey
    /// The key's name.
    package let kid: String?
    /// The one algorithm that the key is for, where it says so.
    package let algorithm: SignatureAlgorithm?

    /// Reads a private key; the public members must be there and must belong to the private ones. RSA keys need all
    /// of RFC 7518 §6.3.2 and exactly two primes.
    package init(json: JSONObject) throws(JOSEError) {
        let fields = JWKFields(json)
        let publicKey = try fields.publicKey()
        let parameters = try fields.privateParameters()
        do {
            key = try PrivateKey(publicKey: publicKey, parameters: parameters)
        } catch {
            throw JOSEError("JWK private members", error)
        }
        let metadata = try JWKMetadata(json, kind: publicKey.kind, operation: "sign")
        (kid, algorithm) = (metadata.kid, metadata.algorithm)
    }
}

extension PrivateKey {
    /// The members of a private JWK. Secret.
    package func toPrivateJSON(kid: String? = nil, alg: SignatureAlgorithm? = nil) throws(JOSEError) -> JSONObject {
        var json = publicKey.toPublicJSON(kid: kid, alg: alg)
        let parameters: PrivateParameters
        do { parameters = try self.parameters() } catch { throw JOSEError("private numbers", error) }
        switch parameters {
        case .ec(let secret), .ed25519(let secret):
            json["d"] = .string(Base64URL.encode(secret))
        case .rsa(let numbers):
            let members = [
                ("d", numbers.d), ("p", numbers.p), ("q", numbers.q),
                ("dp", numbers.dp), ("dq", numbers.dq), ("qi", numbers.qi),
            ]
            for (name, value) in members { json[name] = .string(Base64URL.encode(value)) }
        }
        return json
    }
}
