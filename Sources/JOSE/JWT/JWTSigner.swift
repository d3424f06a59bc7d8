package import Cryptography

/// Makes tokens under one key and one header, which is encoded once.
package struct JWTSigner: Sendable {
    /// The algorithm of every token.
    package let algorithm: SignatureAlgorithm
    /// The name of the key.
    package let kid: String?
    private let key: PrivateKey
    /// The header in base64url and a full stop.
    private let prefix: [UInt8]

    /// A signer whose header holds `alg`, `typ` and `kid`; throws `key` where the algorithm is not one of the key.
    package init(key: PrivateKey, algorithm: SignatureAlgorithm, kid: String?, typ: String?) throws(JOSEError) {
        var header = JSONObject()
        if let typ { header["typ"] = .string(typ) }
        if let kid { header["kid"] = .string(kid) }
        try self.init(key: key, algorithm: algorithm, header: header)
    }

    /// A signer with any header; `alg` is set here.
    package init(key: PrivateKey, algorithm: SignatureAlgorithm, header: JSONObject) throws(JOSEError) {
        guard algorithm.suits(key.kind) else {
            throw JOSEError(.key, "signing key", expected: "one for \(algorithm.rawValue)", seen: "another")
        }
        let whole = (["alg": .string(algorithm.rawValue)] as JSONObject).merging(header)
        guard whole["alg"]?.stringValue == algorithm.rawValue else {
            throw JOSEError(.header, "alg header", expected: algorithm.rawValue, seen: "another")
        }
        self.key = key
        self.algorithm = algorithm
        kid = whole["kid"]?.stringValue
        var prefix: [UInt8] = []
        Base64URL.append(whole.encoded(), to: &prefix)
        prefix.append(UInt8(ascii: "."))
        self.prefix = prefix
    }

    /// The compact token over `payload`; throws `signature` only if OpenSSL fails.
    package func sign(_ payload: [UInt8]) throws(JOSEError) -> String {
        var token = prefix
        token.reserveCapacity(prefix.count + Base64URL.encodedCount(payload.count) + 1 + 128)
        Base64URL.append(payload, to: &token)
        let signature: [UInt8]
        do { signature = try key.sign(token, using: algorithm) } catch {
            throw JOSEError(.signature, "signing", expected: "a signature", seen: error.description)
        }
        token.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &token)
        return String(decoding: token, as: UTF8.self)
    }

    /// The compact token over these claims.
    package func sign(_ claims: JSONObject) throws(JOSEError) -> String { try sign(claims.encoded()) }
}

/// JSON Web Tokens (RFC 7519).
package enum JWT {
    /// A token with a header made for it alone; where many tokens share a header, keep a `JWTSigner`.
    package static func sign(
        claims: JSONObject,
        header: JSONObject = [:],
        key: PrivateKey,
        algorithm: SignatureAlgorithm
    ) throws(JOSEError) -> String {
        try JWTSigner(key: key, algorithm: algorithm, header: header).sign(claims)
    }
}
