/// Values that several APIs speak of.
extension JSONSchema {
    /// An account's id and others: UUID v4 in lower case.
    package static let uuid = text(
        36...36,
        pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    )
    /// A time-ordered id.
    package static let ulid = text(26...26, pattern: "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
    /// A moment (RFC 3339 §5.6).
    package static let time = text(format: "date-time")
    package static let url = text(format: "uri")
    /// A compact JWS (RFC 7515 §3.1).
    package static let jwt = text(pattern: "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$")
    /// Scope tokens, each after one space (RFC 6749 §3.3).
    package static let scope = text(pattern: "^[!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*$")
    /// An elliptic-curve public key: a point in hexadecimal, or a JWK (RFC 7518 §6.2), also as JSON text.
    package static let publicKey = any(
        of: text(66...2048, pattern: "^(0[23][0-9A-Fa-f]{64}|04[0-9A-Fa-f]{128}|\\{[^\\n]*\\})$"),
        curveKey
    )

    /// A point on a curve as a JWK.
    private static let curveKey = input([
        "kty": one(of: "EC"), "crv": one(of: "P-256", "P-384", "P-521", "secp256k1"),
        "x": text(43...88, pattern: "^[A-Za-z0-9_-]+$"), "y": text(43...88, pattern: "^[A-Za-z0-9_-]+$"),
    ]).named("CurveKey")

    /// A public key as a JWK.
    package static let jwk = input(
        ["kty": one(of: "EC", "OKP", "RSA"), "kid": text(1...Int.max), "use": text(), "alg": text()],
        optional: ["kid", "use", "alg"]
    ).named("JWK")

    /// An object whose one member is a sentence for people.
    package static func sentence(_ name: String) -> JSONSchema { object([name: text(1...400)]) }
}
