package import JOSE
package import OAuth

/// The content of an access token (RFC 9068 §2.2).
package struct AccessToken: Sendable {
    /// The `jti`: a ULID.
    package let id: String
    package let issuer: String
    /// The account, or the client itself when it acts for itself.
    package let subject: String
    /// The resources that it is for: this server, others that the operator declared, or both.
    package let audience: [String]
    package let clientID: Client.ID
    package let scope: Scope
    package let issuedAt: Timestamp
    package let expiry: Timestamp
    package let constraint: SenderConstraint
    /// The account's generation at issue, which decides where there is no session; nil for a token of a client that acts
    /// for itself.
    package let generation: Int64?
    /// The `sid`: the session that the token ends with, or nil where there is none, as for the key of an account.
    package let sessionID: Session.ID?
}

extension AccessToken {
    /// The claims as they are signed.
    var claims: JSONObject {
        var claims: JSONObject = [
            "iss": .string(issuer),
            "sub": .string(subject),
            "aud": audience.count == 1 ? .string(audience[0]) : .strings(audience),
            "client_id": .string(clientID.description),
            "iat": .integer(issuedAt.seconds),
            "exp": .integer(expiry.seconds),
            "jti": .string(id),
        ]
        if !scope.isEmpty { claims["scope"] = .string(scope.description) }
        if case .key(let thumbprint) = constraint { claims["cnf"] = ["jkt": .string(thumbprint)] }
        if let sessionID { claims["sid"] = .string(sessionID.description) }
        if let generation { claims[Self.generationClaim] = .integer(generation) }
        return claims
    }

    /// Tells nobody but us whether the account was signed out everywhere since.
    static let generationClaim = "generation"

    /// Reads claims whose signature was verified; nil when one is missing or of the wrong type.
    init?(_ claims: JWTClaims) {
        guard let id = claims.identifier, let issuer = claims.issuer, let subject = claims.subject,
            let audience = claims.audience, audience == .one(audience.values[0]) || audience.values.count > 1,
            let client = claims.object["client_id"]?.stringValue,
            let issuedAt = claims.issuedAt, let expiry = claims.expires,
            let scope = try? Scope(claims.object["scope"]?.stringValue ?? "")
        else { return nil }
        self.id = id
        self.issuer = issuer
        self.subject = subject
        self.audience = audience.values
        clientID = Client.ID(client)
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiry = expiry
        if case .object(let confirmation) = claims.object["cnf"], case .string(let thumbprint) = confirmation["jkt"] {
            constraint = .key(thumbprint: thumbprint)
        } else {
            constraint = .none
        }
        if case .integer(let generation) = claims.object[Self.generationClaim] {
            self.generation = generation
        } else {
            generation = nil
        }
        sessionID = claims.object["sid"]?.stringValue.map(Session.ID.init)
    }
}
