package import Cryptography

/// What a place that takes a signed token lets through; each place states its own (RFC 8725 §3).
package struct JWSPolicy: Sendable {
    /// What the `typ` header must say. Values are compared without regard to case and to an `application/` prefix
    /// (RFC 7515 §4.1.9).
    package enum ExpectedType: Sendable, Equatable {
        /// Exactly this value.
        case required(String)
        /// This value, `JWT`, or none; every value that is known to name another kind of token is refused.
        case optional(String)
        /// None, `JWT`, or anything that is not known to name a kind of token.
        case untyped
    }

    /// The signature algorithms that may be used.
    package let algorithms: Set<SignatureAlgorithm>
    /// Whether HS256 under a shared secret is taken here. The caller then verifies by the kind of credential that it keeps, so
    /// that a public key never serves as a secret.
    package let takesSharedSecret: Bool
    /// What the `typ` header must say.
    package let type: ExpectedType
    /// Whether a `jwk` header may carry the verifying key, as in a DPoP proof (RFC 9449 §4.2). Other ways of bringing
    /// a key along (`jku`, `x5u`, `x5c`) are never taken.
    package let allowsEmbeddedKey: Bool

    package init(
        algorithms: Set<SignatureAlgorithm>,
        type: ExpectedType,
        allowsEmbeddedKey: Bool = false,
        takesSharedSecret: Bool = false
    ) {
        self.algorithms = algorithms
        self.type = type
        self.allowsEmbeddedKey = allowsEmbeddedKey
        self.takesSharedSecret = takesSharedSecret
    }

    /// HS256 alone, for `client_secret_jwt`.
    package static func sharedSecret(type: ExpectedType) -> JWSPolicy {
        JWSPolicy(algorithms: [], type: type, takesSharedSecret: true)
    }
}

extension JWSPolicy.ExpectedType {
    /// Types that some specification gives to tokens, by their short lowercase names.
    private static let knownTypes: Set<String> = [
        "at+jwt", "client-authentication+jwt", "dc+sd-jwt", "dpop+jwt", "entity-statement+jwt", "jose+json",
        "jwk-set+jwt", "kb+jwt", "logout+jwt", "oauth-authz-req+jwt", "oauth-client-attestation+jwt",
        "oauth-client-attestation-pop+jwt", "oauth-id-jag+jwt", "openid4vci-proof+jwt", "secevent+jwt",
        "statuslist+jwt", "token-introspection+jwt", "trust-mark+jwt", "txntoken+jwt", "vc+sd-jwt", "wit+jwt",
        "wpt+jwt",
    ]

    /// Whether `seen`, a `typ` header, is one of these.
    package func accepts(_ seen: String?) -> Bool {
        let short = seen.map(Self.shortened)
        return switch self {
        case .required(let name): short == Self.shortened(name)
        case .optional(let name): short == Self.shortened(name) || isNeutral(short)
        case .untyped: isNeutral(short)
        }
    }

    /// Throws `type` where `seen` is none of these.
    func check(_ seen: String?) throws(JOSEError) {
        guard accepts(seen) else {
            throw JOSEError(.type, "typ header", expected: "\(self)", seen: FailedCheck.excerpt(seen))
        }
    }

    private func isNeutral(_ short: String?) -> Bool {
        short.map { !$0.isEmpty && !Self.knownTypes.contains($0) } ?? true
    }

    private static func shortened(_ name: String) -> String {
        let name = String(decoding: name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let prefix = "application/"
        guard name.hasPrefix(prefix) else { return name }
        let rest = name.dropFirst(prefix.count)
        return rest.utf8.contains(UInt8(ascii: "/")) ? name : String(rest)
    }
}
