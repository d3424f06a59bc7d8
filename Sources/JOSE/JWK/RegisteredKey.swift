import Cryptography

/// An elliptic-curve public key in a form that its owner may send: an SEC1 point in hexadecimal (P-256 or secp256k1,
/// compressed or not), or a JWK as JSON text (P-256, P-384, P-521, secp256k1).
package struct RegisteredKey: Sendable {
    package let jwk: JWK
    /// RFC 7638, base64url: what the key is known by.
    package let thumbprint: String
    /// The text to keep: hexadecimal as it was sent, or the defining members of the JWK and no others.
    package let form: String

    /// The longest text that is read, in bytes.
    package static let sizeLimit = 2048

    /// The keys that `text` can mean. There are two only when it is a compressed point whose x coordinate lies on both
    /// curves; the algorithm of a signature then says which is meant, and nobody knows a private key for the other.
    ///
    /// Throws `key` or `malformed` for text of another form, a point on neither curve or at infinity, and other kinds of key.
    package static func all(in text: String) throws(JOSEError) -> [RegisteredKey] {
        guard text.utf8.count <= sizeLimit else {
            throw JOSEError(.key, "public key", expected: "at most \(sizeLimit) bytes", seen: "more")
        }
        guard text.hasPrefix("{") else { return try points(inHexadecimal: text) }
        let object = try reading(.malformed) { () throws(JSONError) in try JSONObject.parse(Array(text.utf8)) }
        let key = try JWK(json: object).key
        guard case .ec = key.kind else {
            throw JOSEError(.key, "public key", expected: "an elliptic-curve key", seen: "another kind")
        }
        return [RegisteredKey(key, form: String(decoding: key.toPublicJSON().encoded(), as: UTF8.self))]
    }

    private init(_ key: PublicKey, form: String) {
        self.form = form
        thumbprint = key.thumbprint
        jwk = JWK(key: key, kid: thumbprint)
    }

    private static func points(inHexadecimal text: String) throws(JOSEError) -> [RegisteredKey] {
        guard let point = Hexadecimal.decode(text) else {
            throw JOSEError(.key, "public key", expected: "hexadecimal or a JWK", seen: "something else")
        }
        let keys = [Curve.p256, .secp256k1].compactMap { try? PublicKey(sec1: point, curve: $0) }
        guard !keys.isEmpty else {
            throw JOSEError(.key, "public key", expected: "a point on P-256 or secp256k1", seen: "none")
        }
        return keys.map { RegisteredKey($0, form: text) }
    }
}
