import JOSE
import OAuth

/// The claims of a client assertion once they were found right (RFC 7523 §3).
struct AssertionClaims {
    let id: String
    let issuedAt: Timestamp
    let expiry: Timestamp

    /// The longest `jti`, in bytes.
    private static let idLimit = 256

    /// Throws `invalid_client` with the first claim that is wrong.
    init(_ claims: JWTClaims, of client: Client, settings: Settings, now: Timestamp) throws(OAuthError) {
        try Self.require("iss", claims.issuer, is: client.id.description)
        try Self.require("sub", claims.subject, is: client.id.description)
        let audiences = settings.assertionAudiences(of: client)
        guard case .one(let audience) = claims.audience, audiences.contains(where: audience.hasSameBytes) else {
            let expected = audiences.map { "\"\($0)\"" }.joined(separator: " or ") + ", alone"
            throw Self.refused("aud", expected: expected, seen: Self.describe(claims.audience))
        }
        guard let expiry = claims.expires else {
            throw Self.refused("exp", expected: "a time", seen: "absent")
        }
        guard expiry > now else {
            throw Self.refused("exp", expected: "after \(now.seconds)", seen: "\(expiry.seconds)")
        }
        let latest = now + settings.assertionLifetime + settings.clockTolerance
        guard expiry <= latest else {
            throw Self.refused("exp", expected: "at most \(latest.seconds)", seen: "\(expiry.seconds)")
        }
        try Self.require("nbf", claims.notBefore, upTo: now + settings.clockTolerance)
        try Self.require("iat", claims.issuedAt, upTo: now + settings.clockTolerance)
        self.expiry = expiry
        issuedAt = claims.issuedAt ?? expiry - settings.assertionLifetime
        guard expiry <= issuedAt + settings.assertionLifetime + settings.clockTolerance else {
            throw Self.refused(
                "exp",
                expected: "at most \(settings.assertionLifetime) s after iat",
                seen: "\(expiry.seconds - issuedAt.seconds) s"
            )
        }
        guard let id = claims.identifier, !id.isEmpty, id.utf8.count <= Self.idLimit else {
            throw Self.refused("jti", expected: "1 to \(Self.idLimit) bytes", seen: "absent or too long")
        }
        self.id = id
    }

    private static func require(_ claim: ParameterName, _ value: String?, is expected: String) throws(OAuthError) {
        guard let value, value.hasSameBytes(as: expected) else {
            throw refused(claim, expected: expected, seen: FailedCheck.excerpt(value))
        }
    }

    private static func require(
        _ claim: ParameterName,
        _ value: Timestamp?,
        upTo latest: Timestamp
    ) throws(OAuthError) {
        guard let value else { return }
        guard value <= latest else {
            throw refused(claim, expected: "at most \(latest.seconds)", seen: "\(value.seconds)")
        }
    }

    private static func describe(_ audience: JWTClaims.Audience?) -> String {
        switch audience {
        case .one(let value): FailedCheck.excerpt(value)
        case .many(let values): "an array of \(values.count)"
        case nil: "absent"
        }
    }

    private static func refused(_ claim: ParameterName, expected: String, seen: String) -> OAuthError {
        OAuthError(
            .invalidClient,
            "the \(claim) claim of \(.clientAssertion) is wrong",
            FailedCheck(claim.description, expected: expected, seen: seen)
        )
    }
}

extension Settings {
    /// What the assertions of `client` may name as their audience, one of them and nothing else.
    fileprivate func assertionAudiences(of client: Client) -> [String] {
        client.policy.takesTokenEndpointAudience ? [issuer, url("/oauth/token"), url("/oauth/par")] : [issuer]
    }
}
