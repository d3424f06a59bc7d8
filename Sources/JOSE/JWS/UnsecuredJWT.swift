import Cryptography

/// A JWT that nobody signed (RFC 7519 §6). What it says is worth as much as the same words outside of it; it is no `JWS`, so that it
/// passes for a signed one nowhere.
package struct UnsecuredJWT: Sendable {
    /// The `typ` header as written.
    package let type: String?
    /// What it says.
    package let payload: [UInt8]

    /// Takes a compact token apart; nil where its header names any algorithm but `none`. Refused are a signature, `crit`, `b64`,
    /// `zip`, keys brought along and a `typ` of another kind. `limit` is in bytes.
    package init?(_ compact: String, type expected: JWSPolicy.ExpectedType, limit: Int = 16384) throws(JOSEError) {
        let segments = try CompactSegments(compact, "JWT", limit: limit).texts
        guard let head = segments.first.flatMap({ Base64URL.decode($0) }),
            let header = try? JSONObject.parse(head), header["alg"] == "none"
        else { return nil }
        guard segments.count == 3, segments[2].isEmpty, let payload = Base64URL.decode(segments[1]) else {
            throw JOSEError(.malformed, "JWT segments", expected: "two and an empty one", seen: "something else")
        }
        try JWSHeader.refuseExtensions(header)
        try JWSHeader.refuseKeys(header)
        let type = try reading(.header) { () throws(JSONError) in try header.string("typ") }
        try expected.check(type)
        (self.type, self.payload) = (type, payload)
    }
}
