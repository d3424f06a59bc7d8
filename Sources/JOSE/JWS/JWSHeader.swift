import Cryptography

/// The header members that decide how a token is verified.
struct JWSHeader {
    let algorithm: JWS.Algorithm
    let kid: String?
    let type: String?
    let embeddedKey: JWK?

    init(_ json: JSONObject, policy: JWSPolicy) throws(JOSEError) {
        let (name, kid, type) = try reading(.header) { () throws(JSONError) in
            (try json.string("alg"), try json.string("kid"), try json.string("typ"))
        }
        try JWSHeader.refuseExtensions(json)
        algorithm = try JWSHeader.algorithm(name, policy)
        try JWSHeader.refuseKeys(json, butEmbedded: policy.allowsEmbeddedKey)
        try policy.type.check(type)
        let object = try reading(.header) { () throws(JSONError) in try json.object("jwk") }
        if let object { embeddedKey = try JWK(json: object) } else { embeddedKey = nil }
        (self.kid, self.type) = (kid, type)
    }

    /// No extension is understood here, so each is refused, wherever it is named (RFC 7515 §4.1.11, RFC 7797 §3).
    static func refuseExtensions(_ json: JSONObject) throws(JOSEError) {
        for member in ["crit", "b64", "zip", "enc"] where json[member] != nil {
            throw JOSEError(.critical, "JWS header", expected: "no \(member)", seen: "one")
        }
    }

    /// Refuses keys, and addresses of keys, that come with the token.
    static func refuseKeys(_ json: JSONObject, butEmbedded allowsEmbedded: Bool = false) throws(JOSEError) {
        for member in ["jku", "x5u", "x5c", "jwk"] where json[member] != nil {
            guard member == "jwk", allowsEmbedded else {
                throw JOSEError(.embeddedKey, "JWS header", expected: "no \(member)", seen: "one")
            }
        }
    }

    private static func algorithm(_ name: String?, _ policy: JWSPolicy) throws(JOSEError) -> JWS.Algorithm {
        if name == "HS256", policy.takesSharedSecret { return .hs256 }
        if let name, name.isASCII, let known = SignatureAlgorithm(rawValue: name), policy.algorithms.contains(known) {
            return .signature(known)
        }
        let expected = policy.algorithms.map(\.rawValue).sorted() + (policy.takesSharedSecret ? ["HS256"] : [])
        throw JOSEError(
            .algorithm,
            "alg header",
            expected: expected.joined(separator: " or "),
            seen: FailedCheck.excerpt(name)
        )
    }
}
