import Cryptography
import JOSE
import OAuth

/// A request object as it was sent, taken apart but not believed (RFC 9101 §4, OIDC Core §6.1).
struct RequestObject {
    let claims: JWTClaims
    /// The token, where it is signed; nil for one that says no more than a query (`alg: none`).
    let signed: JWS?
    /// Whether it says of itself that it is one (RFC 9101 §10.8), so that nothing beside it counts (§6.3).
    let isAlone: Bool

    private static let name = "oauth-authz-req+jwt"
    private static let type = JWSPolicy.ExpectedType.optional(name)

    /// Throws for what is no JWT of this kind. `compact` has at most 16 KiB.
    init(_ compact: String) throws(JOSEError) {
        let type: String?
        if let unsigned = try UnsecuredJWT(compact, type: Self.type) {
            (signed, claims, type) = (nil, try JWTClaims(payload: unsigned.payload), unsigned.type)
        } else {
            let policy = JWSPolicy(
                algorithms: AssertionVerifier.algorithms,
                type: Self.type,
                takesSharedSecret: true
            )
            let signed = try JWS.parse(compact, policy: policy)
            (self.signed, claims, type) = (signed, try JWTClaims(payload: signed.payload), signed.type)
        }
        isAlone = JWSPolicy.ExpectedType.required(Self.name).accepts(type)
    }

    /// The value of the `alg` header.
    var algorithm: String { signed?.algorithm.name ?? ClientMetadata.unsigned }

    /// Throws for the first claim that is wrong. `start` is when the dialogue began: what was good then is good while a person signs in.
    func checkClaims(of client: Client, issuer: String, start: Timestamp, tolerance: Int64) throws(JOSEError) {
        let id = client.id.description
        for name in ["request", "request_uri"] where claims.object[name] != nil {
            throw JOSEError(.claims, FailedCheck("\(name) claim", expected: "none", seen: "one"))
        }
        // What proves a client has its id as the subject: nothing may be both (RFC 9101 §10.8).
        guard claims.subject != id else {
            throw JOSEError(.claims, FailedCheck("sub claim", expected: "not the client's id", seen: "it"))
        }
        guard claims.issuer == nil || claims.issuer?.hasSameBytes(as: id) == true else {
            throw JOSEError(
                .claims,
                FailedCheck("iss claim", expected: id, seen: FailedCheck.excerpt(claims.issuer))
            )
        }
        guard claims.audience?.contains(issuer) ?? (signed == nil) else {
            let seen = claims.audience?.values.first
            throw JOSEError(.claims, FailedCheck("aud claim", expected: issuer, seen: FailedCheck.excerpt(seen)))
        }
        if let expiry = claims.expires, expiry <= start {
            throw JOSEError(
                .claims,
                FailedCheck("exp claim", expected: "after \(start.seconds)", seen: "\(expiry.seconds)")
            )
        }
        let latest = start + tolerance
        for (name, time) in [("nbf", claims.notBefore), ("iat", claims.issuedAt)] {
            guard let time, time > latest else { continue }
            throw JOSEError(
                .claims,
                FailedCheck("\(name) claim", expected: "at most \(latest.seconds)", seen: "\(time.seconds)")
            )
        }
    }
}
