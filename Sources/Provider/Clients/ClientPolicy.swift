import Cryptography
package import JOSE
package import OAuth

/// What the operator decides about one client beyond what it was registered with. The defaults are what every client is held to.
package struct ClientPolicy: Sendable, Equatable {
    /// Whether its assertions may name the token endpoint, or the one for pushed requests, as their audience in place of the issuer (OIDC
    /// Core §9, RFC 9126 §2).
    package var takesTokenEndpointAudience = false
    /// The names of the algorithms that its assertions may be signed with; nil for all that there are.
    package var assertionAlgorithms: [String]?
    /// Whether its authorization requests need a `code_challenge` though it proves who it is.
    package var requiresPKCE = false
    /// Whether it may send people here with a pushed request alone, whatever it says of itself.
    package var requiresPushedRequests = false
    /// Whether people are not asked: it is the operator's own. `prompt=consent` asks anyway.
    package var skipsConsent = false
    /// Seconds that its access, refresh and ID tokens live; nil for what the settings say.
    package var accessTokenLifetime, refreshTokenLifetime, idTokenLifetime: Int64?

    package init() {}

    /// The names that a file may give in place of a policy of its own.
    package static let named: [String: ClientPolicy] = ["strict": strict, "openid-core": openIDCore]

    /// What every client is held to, and a `code_challenge` of all.
    private static var strict: ClientPolicy {
        var policy = ClientPolicy()
        policy.requiresPKCE = true
        return policy
    }

    /// For clients of OpenID Connect Core, whose assertions name the token endpoint.
    private static var openIDCore: ClientPolicy {
        var policy = ClientPolicy()
        policy.takesTokenEndpointAudience = true
        return policy
    }

    private static let audiences = ["issuer", "token_endpoint"]
    private static let members = [
        "assertion_audience", "assertion_algorithms", "require_pkce", "require_par", "skip_consent",
        "access_token_lifetime", "refresh_token_lifetime", "id_token_lifetime",
    ]

    /// Access tokens outlive no key that is believed, whatever the settings (`Settings.longestTokenLifetime`).
    private static let accessLifetimes: ClosedRange<Int64> = 60...43_200
    private static let refreshLifetimes: ClosedRange<Int64> = 60...31_536_000

    /// Reads a policy. Throws `invalid_client_metadata` with the member that is wrong; unknown members are.
    package init(json: JSONObject) throws(OAuthError) {
        let reader = MetadataReader(json)
        if let unknown = json.names.first(where: { !Self.members.contains($0) }) {
            throw OAuthError(
                .invalidClientMetadata,
                "a member of the policy is unknown",
                FailedCheck(
                    "policy",
                    expected: Self.members.joined(separator: ", "),
                    seen: FailedCheck.excerpt(unknown)
                )
            )
        }
        let audience = try reader.choice("assertion_audience", Self.audiences, "issuer or token_endpoint")
        takesTokenEndpointAudience = audience == "token_endpoint"
        if reader.value("assertion_algorithms") != nil {
            let algorithms = try reader.strings("assertion_algorithms")
            let known = AssertionVerifier.algorithms.map(\.rawValue) + [ClientMetadata.sharedSecretAlgorithm]
            guard !algorithms.isEmpty, algorithms.allSatisfy(known.contains) else {
                throw MetadataReader.refused(
                    "assertion_algorithms",
                    "some of token_endpoint_auth_signing_alg_values_supported"
                )
            }
            assertionAlgorithms = algorithms.sorted()
        }
        requiresPKCE = try reader.flag("require_pkce")
        requiresPushedRequests = try reader.flag("require_par")
        skipsConsent = try reader.flag("skip_consent")
        accessTokenLifetime = try reader.seconds(
            "access_token_lifetime",
            Self.accessLifetimes,
            "from 60 to 43200 seconds"
        )
        refreshTokenLifetime = try reader.seconds(
            "refresh_token_lifetime",
            Self.refreshLifetimes,
            "from 60 to 31536000 seconds"
        )
        idTokenLifetime = try reader.seconds("id_token_lifetime", Self.accessLifetimes, "from 60 to 43200 seconds")
    }

    /// The members as they are stored; those at their default are left out.
    package var json: JSONObject {
        var json = JSONObject()
        if takesTokenEndpointAudience { json["assertion_audience"] = "token_endpoint" }
        if let assertionAlgorithms { json["assertion_algorithms"] = .strings(assertionAlgorithms) }
        if requiresPKCE { json["require_pkce"] = true }
        if requiresPushedRequests { json["require_par"] = true }
        if skipsConsent { json["skip_consent"] = true }
        json["access_token_lifetime"] = accessTokenLifetime.map { .integer($0) }
        json["refresh_token_lifetime"] = refreshTokenLifetime.map { .integer($0) }
        json["id_token_lifetime"] = idTokenLifetime.map { .integer($0) }
        return json
    }
}

extension MetadataReader {
    fileprivate func seconds(
        _ name: ParameterName,
        _ range: ClosedRange<Int64>,
        _ expected: WireText
    ) throws(OAuthError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let seconds = value.integerValue, range.contains(seconds) else { throw Self.refused(name, expected) }
        return seconds
    }
}

extension Settings {
    /// Seconds that the access tokens of `client` live.
    func accessTokenLifetime(of client: Client) -> Int64 { client.policy.accessTokenLifetime ?? accessTokenLifetime }
    /// Seconds that the refresh tokens of `client` may lie unused.
    func refreshTokenLifetime(of client: Client) -> Int64 { client.policy.refreshTokenLifetime ?? refreshTokenLifetime }
    /// Seconds that the ID tokens for `client` are good.
    func idTokenLifetime(of client: Client) -> Int64 { client.policy.idTokenLifetime ?? idTokenLifetime }
}
