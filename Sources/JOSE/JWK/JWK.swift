package import Cryptography

/// A public key for signatures as a JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037, RFC 8812).
package struct JWK: Sendable {
    /// The key itself, parsed once; keep and reuse it.
    package let key: PublicKey
    /// The key's name within its set.
    package let kid: String?
    /// The one algorithm that the key is for, where it says so.
    package let algorithm: SignatureAlgorithm?

    package init(key: PublicKey, kid: String? = nil, algorithm: SignatureAlgorithm? = nil) {
        (self.key, self.kid, self.algorithm) = (key, kid, algorithm)
    }

    /// Reads a public key. Refused are private members and symmetric keys, unknown types and curves, coordinates of
    /// another length than the curve's, weak RSA keys, and a `use`, `key_ops` or `alg` under which it could not verify
    /// a signature.
    package init(json: JSONObject) throws(JOSEError) {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where json[name] != nil {
            throw JOSEError(.key, "JWK members", expected: "a public key", seen: "the secret member \(name)")
        }
        let fields = JWKFields(json)
        let key = try fields.publicKey()
        let metadata = try JWKMetadata(json, kind: key.kind, operation: "verify")
        self.init(key: key, kid: metadata.kid, algorithm: metadata.algorithm)
    }

    /// Whether this key may check a signature of `algorithm`.
    package func suits(_ algorithm: SignatureAlgorithm) -> Bool {
        algorithm.suits(key.kind) && (self.algorithm ?? algorithm) == algorithm
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638 §3).
    package var thumbprint: String { key.thumbprint }
}

extension PublicKey {
    /// The members that define the key, in the order that a thumbprint wants (RFC 7638 §3.2), values in base64url.
    private var definingMembers: [(name: StaticString, value: String)] {
        switch parameters {
        case .ec(let curve, let x, let y):
            [("crv", curve.jwkName), ("kty", "EC"), ("x", Base64URL.encode(x)), ("y", Base64URL.encode(y))]
        case .ed25519(let bytes):
            [("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(bytes))]
        case .rsa(let modulus, let exponent):
            [("e", Base64URL.encode(exponent)), ("kty", "RSA"), ("n", Base64URL.encode(modulus))]
        }
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638 §3), by which DPoP binds tokens to keys (RFC 9449 §6.1).
    package var thumbprint: String {
        var text: [UInt8] = []
        text.reserveCapacity(512)
        var separator = UInt8(ascii: "{")
        for member in definingMembers {
            text.append(separator)
            text.append(UInt8(ascii: "\""))
            member.name.withUTF8Buffer { text.append(contentsOf: $0) }
            text.append(contentsOf: "\":\"".utf8)
            text.append(contentsOf: member.value.utf8)
            text.append(UInt8(ascii: "\""))
            separator = UInt8(ascii: ",")
        }
        text.append(UInt8(ascii: "}"))
        return Base64URL.encode(Hash.digest(text))
    }

    /// The members of a public JWK.
    package func toPublicJSON(
        kid: String? = nil,
        use: String? = nil,
        alg: SignatureAlgorithm? = nil
    ) -> JSONObject {
        var json = JSONObject()
        for member in definingMembers { json["\(member.name)"] = .string(member.value) }
        if let use { json["use"] = .string(use) }
        if let alg { json["alg"] = .string(alg.rawValue) }
        if let kid { json["kid"] = .string(kid) }
        return json
    }
}

extension JWK {
    /// The members of the key, `kid` and `alg` included; `use` is `sig`, `enc` or nil to leave it out.
    package func toPublicJSON(use: String? = "sig") -> JSONObject {
        key.toPublicJSON(kid: kid, use: use, alg: algorithm)
    }
}

extension Curve {
    /// The `crv` value (RFC 7518 §6.2.1.1, RFC 8812 §3.1).
    package var jwkName: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        case .secp256k1: "secp256k1"
        }
    }

    /// The curve with this `crv` value.
    package init?(jwkName: String) {
        guard let curve = Curve.allCases.first(where: { $0.jwkName == jwkName }) else { return nil }
        self = curve
    }
}
