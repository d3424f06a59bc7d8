/// The claims of a token, the registered ones typed and range-checked (RFC 7519 §4.1). Reading them proves nothing:
/// verify the signature first, then compare.
package struct JWTClaims: Sendable {
    /// The `aud` claim, which knows how it was written.
    package enum Audience: Sendable, Equatable {
        case one(String)
        case many([String])

        /// Whether `value` is among the audiences, byte for byte.
        package func contains(_ value: String) -> Bool { values.contains { $0.hasSameBytes(as: value) } }

        /// All audiences.
        package var values: [String] {
            switch self {
            case .one(let value): [value]
            case .many(let values): values
            }
        }
    }

    package let issuer: String?
    package let subject: String?
    package let audience: Audience?
    package let expires: Timestamp?
    package let notBefore: Timestamp?
    package let issuedAt: Timestamp?
    package let identifier: String?
    /// All claims.
    package let object: JSONObject

    /// Reads the payload of a token.
    package init(payload: [UInt8]) throws(JOSEError) {
        try self.init(try reading(.malformed) { () throws(JSONError) in try JSONObject.parse(payload) })
    }

    /// Reads claims. Refused are registered claims of another type, times that are no whole seconds from 1970 to 9999,
    /// an empty list of audiences, and a token that ends before it begins.
    package init(_ object: JSONObject) throws(JOSEError) {
        self.object = object
        (issuer, subject, identifier) = try reading(.claims) { () throws(JSONError) in
            (try object.string("iss"), try object.string("sub"), try object.string("jti"))
        }
        audience = try JWTClaims.audience(object["aud"])
        expires = try JWTClaims.time(object, "exp")
        notBefore = try JWTClaims.time(object, "nbf")
        issuedAt = try JWTClaims.time(object, "iat")
        if let expires, let notBefore, notBefore > expires {
            throw JOSEError(.claims, "nbf claim", expected: "at most exp", seen: "later")
        }
    }

    /// Throws `claims` unless the token has an `exp` later than `now` minus `leeway` seconds, and neither `nbf` nor
    /// `iat` later than `now` plus `tolerance` seconds.
    package func checkTimes(now: Timestamp, leeway: Int64 = 0, tolerance: Int64 = 60) throws(JOSEError) {
        guard let expires, now < expires + leeway else {
            throw JOSEError(
                .claims,
                "exp claim",
                expected: "later than \(now.seconds)",
                seen: JWTClaims.shown(self.expires)
            )
        }
        for (name, time) in [("nbf", notBefore), ("iat", issuedAt)] {
            guard let time, time > now + tolerance else { continue }
            throw JOSEError(
                .claims,
                "\(name) claim",
                expected: "at most \((now + tolerance).seconds)",
                seen: JWTClaims.shown(time)
            )
        }
    }

    private static func shown(_ time: Timestamp?) -> String { time.map { "\($0.seconds)" } ?? "nothing" }

    private static func audience(_ value: JSON?) throws(JOSEError) -> Audience? {
        switch value {
        case nil: return nil
        case .string(let text): return .one(text)
        case .some(let value):
            guard let texts = value.stringsValue, !texts.isEmpty else {
                throw JOSEError(.claims, "aud claim", expected: "a string or some strings", seen: value.typeName)
            }
            return .many(texts)
        }
    }

    /// The last second of the year 9999.
    private static let latest: Int64 = 253_402_300_799

    private static func time(_ object: JSONObject, _ name: String) throws(JOSEError) -> Timestamp? {
        let seconds = try reading(.claims) { () throws(JSONError) in try object.integer(name) }
        guard let seconds else { return nil }
        guard (0...latest).contains(seconds) else {
            throw JOSEError(.claims, "\(name) claim", expected: "0 to \(latest)", seen: "\(seconds)")
        }
        return Timestamp(seconds: seconds)
    }
}
