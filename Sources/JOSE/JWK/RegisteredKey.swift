import Cryptography

/// An elliptic-curve public key in a form that its owner may send: an SEC1 point in hexadecimal (P-256 or secp256k1,
/// compressed or not), or a JWK as JSON text (P-256, P-384, P-521, secp256k1).
package struct RegisteredKey: Sendable {
    package let jwk: JWK
    /// RFC 7638, base64url: what the key is known by.
    package let thumbprint: String

    /// The longest text that is read, in bytes.
    package static let sizeLimit = 2048

    /// Throws `key` for text of another form, a point on neither curve or at infinity, and other kinds of key.
    package init(_ text: String) throws(JOSEError) {
        guard text.utf8.count <= Self.sizeLimit else {
            throw JOSEError(.key, "public key", expected: "at most \(Self.sizeLimit) bytes", seen: "more")
        }
        let key = text.hasPrefix("{") ? try Self.key(inJSON: text) : try Self.key(inHexadecimal: text)
        guard case .ec = key.kind else {
            throw JOSEError(.key, "public key", expected: "an elliptic-curve key", seen: "another kind")
        }
        thumbprint = key.thumbprint
        jwk = JWK(key: key, kid: thumbprint)
    }

    private static func key(inJSON text: String) throws(JOSEError) -> PublicKey {
        let object = try reading(.malformed) { () throws(JSONError) in try JSONObject.parse(Array(text.utf8)) }
        return try JWK(json: object).key
    }

    private static func key(inHexadecimal text: String) throws(JOSEError) -> PublicKey {
        guard let point = Hexadecimal.decode(text) else {
            throw JOSEError(.key, "public key", expected: "hexadecimal or a JWK", seen: "something else")
        }
        do {
            return try PublicKey.detectingCurve(sec1: point)
        } catch {
            throw JOSEError("public key", error)
        }
    }
}
