package import Cryptography
package import JOSE
package import OAuth

/// What a client says of itself beyond its credential (RFC 7591 §2, OIDC Registration §2), validated.
package struct ClientMetadata: Sendable {
    package var redirectURIs: [RedirectURI] = []
    /// Where a browser may be sent after a sign-out (RP-Initiated Logout §3.1).
    package var postLogoutRedirectURIs: [RedirectURI] = []
    /// What it may ask the authorization endpoint for.
    package var responseTypes: Set<ResponseType> = [.code]
    /// Whether it runs on its user's machine.
    package var isNative = false
    /// Shown on the pages.
    package var page, logo, policy, terms: WebAddress?
    package var contacts: [String] = []
    package var idTokenAlgorithm = SignatureAlgorithm.rs256
    /// Signed userinfo, or nil for plain JSON (OIDC Core §5.3.2).
    package var userinfoAlgorithm: SignatureAlgorithm?
    /// Seconds; a sign-in older than that is asked for again (OIDC Registration §2).
    package var defaultMaximumAge: Int64?
    package var requiresAuthenticationTime = false
    package var defaultACRs: [String] = []
    /// The one algorithm that it signs its assertions with, by name; nil for any that its credential suits.
    package var assertionAlgorithm: String?
    /// What it is a copy of (RFC 7591 §2).
    package var softwareID, softwareVersion: String?
    /// How ID tokens and userinfo are encrypted for it; nil where they are not (OIDC Core §10.2).
    package var idTokenEncryption, userinfoEncryption: TokenEncryption?
    /// Its public keys, or where they are; nil where they are known as what it proves itself with, and nothing is encrypted for it.
    package var keys: ClientKeySource?
    /// Where its request objects may lie (OIDC Core §6.2), as it wrote them: https, perhaps with a fragment.
    package var requestURIs: [String] = []
    /// The one algorithm of its request objects by name, `none` among them; nil for any (OIDC Registration §2).
    package var requestObjectAlgorithm: String?
    /// How it encrypts request objects, where it does.
    package var requestObjectEncryption: TokenEncryption?
    /// Whether it asks for nothing but by signed request objects (RFC 9101 §10.5).
    package var requiresSignedRequestObject = false
    /// Whether it pushes all of its requests (RFC 9126 §6).
    package var requiresPushedRequests = false
    /// Where the client is told that a session ended (Back-Channel Logout §2.2), and whether it must be told which.
    package var backChannelLogoutURI: WebAddress?
    package var backChannelLogoutSessionRequired = false
    /// What the browser opens when a session ended (Front-Channel Logout §2), and whether it must be told which.
    package var frontChannelLogoutURI: WebAddress?
    package var frontChannelLogoutSessionRequired = false
    /// Where a sign-in that begins elsewhere is sent (OIDC Core §4); https.
    package var initiateLoginURI: WebAddress?

    /// Whether its name for an account is known to the clients of its sector alone (OIDC Core §8).
    package var isPairwise = false
    /// Where the redirect URIs of all clients of its sector are listed (OIDC Registration §5).
    package var sectorIdentifierURI: WebAddress?

    package init() {}

    /// The sector within which names of accounts are the same (OIDC Core §8.1): a host; nil where names are public.
    var sector: String? {
        guard isPairwise else { return nil }
        return (sectorIdentifierURI?.host ?? redirectURIs.first?.host)?.lowercased()
    }

    /// What tokens for clients may be signed with, where the server has the key; ES256K only in what clients sign.
    package static let signingAlgorithms = SignatureAlgorithm.allCases.filter { $0 != .es256k }

    /// The `alg` of `client_secret_jwt`.
    static let sharedSecretAlgorithm = "HS256"

    /// The `alg` of a request object that is not signed.
    static let unsigned = "none"

    /// What request objects may be signed with, by name.
    static let requestObjectAlgorithms =
        AssertionVerifier.algorithms.map(\.rawValue).sorted() + [sharedSecretAlgorithm, unsigned]

    /// Reads what a client registers; members that are not known are passed over (RFC 7591 §2). Throws `invalid_redirect_uri` and
    /// `invalid_client_metadata`.
    package init(json: JSONObject) throws(OAuthError) {
        let reader = MetadataReader(json)
        isNative = try reader.choice("application_type", ["web", "native"], "web or native") == "native"
        redirectURIs = try reader.redirects("redirect_uris", isNative: isNative, orThrow: .invalidRedirectURI)
        responseTypes = try reader.responseTypes()
        postLogoutRedirectURIs = try reader.redirects(
            "post_logout_redirect_uris",
            isNative: isNative,
            orThrow: .invalidClientMetadata
        )
        page = try reader.secureAddress("client_uri")
        logo = try reader.secureAddress("logo_uri")
        policy = try reader.secureAddress("policy_uri")
        terms = try reader.secureAddress("tos_uri")
        contacts = try reader.strings("contacts")
        idTokenAlgorithm = try reader.algorithm("id_token_signed_response_alg") ?? .rs256
        userinfoAlgorithm = try reader.algorithm("userinfo_signed_response_alg")
        defaultMaximumAge = try reader.age("default_max_age")
        requiresAuthenticationTime = try reader.flag("require_auth_time")
        defaultACRs = try reader.strings("default_acr_values")
        softwareID = try reader.line("software_id")
        softwareVersion = try reader.line("software_version")
        assertionAlgorithm = try reader.choice(
            "token_endpoint_auth_signing_alg",
            AssertionVerifier.algorithms.map(\.rawValue) + [Self.sharedSecretAlgorithm],
            "one of token_endpoint_auth_signing_alg_values_supported"
        )
        requestURIs = try reader.strings("request_uris")
        guard requestURIs.allSatisfy({ WebAddress(withoutFragment: $0)?.isSecure == true }) else {
            throw MetadataReader.refused("request_uris", "https URLs")
        }
        keys = try ClientKeySource(reader)
        requestObjectAlgorithm = try reader.choice(
            "request_object_signing_alg",
            Self.requestObjectAlgorithms,
            "one of request_object_signing_alg_values_supported"
        )
        requestObjectEncryption = try reader.encryption(
            "request_object_encryption_alg",
            "request_object_encryption_enc"
        )
        requiresSignedRequestObject = try reader.flag("require_signed_request_object")
        requiresPushedRequests = try reader.flag("require_pushed_authorization_requests")
        idTokenEncryption = try reader.encryption("id_token_encrypted_response_alg", "id_token_encrypted_response_enc")
        userinfoEncryption = try reader.encryption(
            "userinfo_encrypted_response_alg",
            "userinfo_encrypted_response_enc"
        )
        backChannelLogoutURI = try reader.secureAddress("backchannel_logout_uri")
        backChannelLogoutSessionRequired = try reader.flag("backchannel_logout_session_required")
        frontChannelLogoutURI = try reader.address("frontchannel_logout_uri")
        frontChannelLogoutSessionRequired = try reader.flag("frontchannel_logout_session_required")
        isPairwise = try reader.choice("subject_type", ["public", "pairwise"], "public or pairwise") == "pairwise"
        sectorIdentifierURI = try reader.secureAddress("sector_identifier_uri")
        initiateLoginURI = try reader.secureAddress("initiate_login_uri")
    }

    /// The members as they are registered and stored; those at their default are left out.
    package var json: JSONObject {
        var json = JSONObject()
        if !redirectURIs.isEmpty { json["redirect_uris"] = .strings(redirectURIs.map(\.description)) }
        if !postLogoutRedirectURIs.isEmpty {
            json["post_logout_redirect_uris"] = .strings(postLogoutRedirectURIs.map(\.description))
        }
        if responseTypes != [.code] { json["response_types"] = .strings(ResponseType.names(responseTypes)) }
        if isPairwise { json["subject_type"] = "pairwise" }
        if isNative { json["application_type"] = "native" }
        let addresses = [
            ("client_uri", page), ("logo_uri", logo), ("policy_uri", policy), ("tos_uri", terms),
            ("initiate_login_uri", initiateLoginURI), ("backchannel_logout_uri", backChannelLogoutURI),
            ("frontchannel_logout_uri", frontChannelLogoutURI), ("sector_identifier_uri", sectorIdentifierURI),
        ]
        for (name, value) in addresses { if let value { json[name] = .string(value.description) } }
        let texts = [
            ("software_id", softwareID), ("software_version", softwareVersion),
            ("token_endpoint_auth_signing_alg", assertionAlgorithm),
            ("request_object_signing_alg", requestObjectAlgorithm),
        ]
        for (name, value) in texts { if let value { json[name] = .string(value) } }
        if !requestURIs.isEmpty { json["request_uris"] = .strings(requestURIs) }
        switch keys {
        case .registered(let keys): json["jwks"] = .object(keys.json)
        case .published(let url): json["jwks_uri"] = .string(url.description)
        case nil: break
        }
        json.set(idTokenEncryption, "id_token_encrypted_response_alg", "id_token_encrypted_response_enc")
        json.set(userinfoEncryption, "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc")
        json.set(requestObjectEncryption, "request_object_encryption_alg", "request_object_encryption_enc")
        if requiresSignedRequestObject { json["require_signed_request_object"] = true }
        if requiresPushedRequests { json["require_pushed_authorization_requests"] = true }
        if backChannelLogoutSessionRequired { json["backchannel_logout_session_required"] = true }
        if frontChannelLogoutSessionRequired { json["frontchannel_logout_session_required"] = true }
        if !contacts.isEmpty { json["contacts"] = .strings(contacts) }
        json["id_token_signed_response_alg"] = .string(idTokenAlgorithm.rawValue)
        if let userinfoAlgorithm { json["userinfo_signed_response_alg"] = .string(userinfoAlgorithm.rawValue) }
        if let defaultMaximumAge { json["default_max_age"] = .integer(defaultMaximumAge) }
        if requiresAuthenticationTime { json["require_auth_time"] = true }
        if !defaultACRs.isEmpty { json["default_acr_values"] = .strings(defaultACRs) }
        return json
    }
}
