package import Cryptography

/// A signed token in compact form (RFC 7515 §7.1), taken apart and checked against a policy. Its payload is not
/// trustworthy before one of the `verify` functions has returned.
package struct JWS: Sendable {
    /// How the signature was made.
    package enum Algorithm: Sendable, Hashable {
        case signature(SignatureAlgorithm)
        /// HMAC with SHA-256 under a shared secret.
        case hs256
    }

    /// The algorithm, one that the policy names.
    package let algorithm: Algorithm
    /// The name of the key, where the header has one.
    package let kid: String?
    /// The `typ` header as written.
    package let type: String?
    /// The key that the header carries; nil unless the policy allows one.
    package let embeddedKey: JWK?
    /// The whole protected header.
    package let header: JSONObject
    /// The signed bytes.
    package let payload: [UInt8]
    /// Header and payload as they were sent, a full stop between them: what the signature is over.
    package let signingInput: [UInt8]
    /// The bytes of the signature. A valid signature can be changed into another, so it identifies nothing.
    package let signature: [UInt8]

    /// Takes a compact token apart. Exactly three base64url segments; refused are `crit`, `b64`, `zip`, `none`, a
    /// `typ` or `alg` that the policy does not take, and keys brought along against it. `limit` is in bytes.
    package static func parse(
        _ compact: String,
        policy: JWSPolicy,
        limit: Int = 16384
    ) throws(JOSEError) -> JWS {
        try JWS(CompactSegments(compact, "JWS", limit: limit), policy)
    }

    private init(_ compact: CompactSegments, _ policy: JWSPolicy) throws(JOSEError) {
        let segments = compact.texts
        guard segments.count == 3 else {
            throw JOSEError(.malformed, "JWS segments", expected: "3", seen: segments.count > 3 ? "more" : "fewer")
        }
        guard let header = Base64URL.decode(segments[0]), let payload = Base64URL.decode(segments[1]),
            let signature = Base64URL.decode(segments[2]), !header.isEmpty
        else {
            throw JOSEError(.malformed, "JWS segments", expected: "base64url without padding", seen: "something else")
        }
        let object = try reading(.malformed) { () throws(JSONError) in try JSONObject.parse(header) }
        let fields = try JWSHeader(object, policy: policy)
        (algorithm, kid, type, embeddedKey) = (fields.algorithm, fields.kid, fields.type, fields.embeddedKey)
        self.header = object
        self.payload = payload
        self.signature = signature
        signingInput = Array(compact.bytes[..<segments[1].endIndex])
    }

    /// Checks the signature with a public key. The algorithm is the header's, which the policy allowed and which must
    /// suit the key; a token that claims HS256 never gets here with a public key.
    package func verify(with key: PublicKey) throws(JOSEError) {
        guard case .signature(let algorithm) = algorithm, algorithm.suits(key.kind) else {
            throw JOSEError(.signature, "JWS algorithm", expected: "one that suits the key", seen: "another")
        }
        guard key.verifies(signature, of: signingInput, using: algorithm) else {
            throw JOSEError(
                .signature,
                "JWS signature",
                expected: "a valid \(algorithm.rawValue) signature",
                seen: "none"
            )
        }
    }

    /// Checks the signature with a JWK, whose own `alg` must agree.
    package func verify(with key: JWK) throws(JOSEError) {
        guard case .signature(let algorithm) = algorithm, key.suits(algorithm) else {
            throw JOSEError(.signature, "JWS algorithm", expected: "the one of the key", seen: "another")
        }
        try verify(with: key.key)
    }

    /// Checks an HS256 code with a shared secret of at least 32 bytes (RFC 7518 §3.2).
    package func verify(sharedSecret secret: [UInt8]) throws(JOSEError) {
        guard algorithm == .hs256, secret.count >= 32 else {
            throw JOSEError(.signature, "JWS algorithm", expected: "HS256 with a secret of 32 bytes", seen: "another")
        }
        guard HMAC.verifies(signature, message: signingInput, key: secret) else {
            throw JOSEError(.signature, "JWS signature", expected: "a valid HS256 code", seen: "none")
        }
    }
}
