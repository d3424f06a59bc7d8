package import Cryptography
package import JOSE
package import OAuth

/// What a client says of itself beyond its credential (RFC 7591 §2, OIDC Registration §2), validated.
package struct ClientMetadata: Sendable {
    package var redirectURIs: [RedirectURI] = []
    /// Where a browser may be sent after a sign-out (RP-Initiated Logout §3.1).
    package var postLogoutRedirectURIs: [RedirectURI] = []
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
    /// Where the client is told that a session ended (Back-Channel Logout §2.2), and whether it must be told which.
    package var backChannelLogoutURI: WebAddress?
    package var backChannelLogoutSessionRequired = false
    /// What the browser opens when a session ended (Front-Channel Logout §2), and whether it must be told which.
    package var frontChannelLogoutURI: WebAddress?
    package var frontChannelLogoutSessionRequired = false
    /// Where a sign-in that begins elsewhere is sent (OIDC Core §4); https.
    package var initiateLoginURI: WebAddress?

    package init() {}

    /// What tokens for clients may be signed with, where the server has the key; ES256K only in what clients sign.
    package static let signingAlgorithms = SignatureAlgorithm.allCases.filter { $0 != .es256k }

    /// Reads what a client registers; members that are not known are passed over (RFC 7591 §2). Throws `invalid_redirect_uri` and
    /// `invalid_client_metadata`.
    package init(json: JSONObject) throws(OAuthError) {
        let reader = MetadataReader(json)
        isNative = try reader.choice("application_type", ["web", "native"]) == "native"
        redirectURIs = try reader.redirects("redirect_uris", isNative: isNative)
        postLogoutRedirectURIs = try reader.redirects("post_logout_redirect_uris", isNative: isNative)
        page = try reader.address("client_uri")
        logo = try reader.address("logo_uri")
        policy = try reader.address("policy_uri")
        terms = try reader.address("tos_uri")
        contacts = try reader.strings("contacts")
        idTokenAlgorithm = try reader.algorithm("id_token_signed_response_alg") ?? .rs256
        userinfoAlgorithm = try reader.algorithm("userinfo_signed_response_alg")
        defaultMaximumAge = try reader.age("default_max_age")
        requiresAuthenticationTime = try reader.flag("require_auth_time")
        defaultACRs = try reader.strings("default_acr_values")
        backChannelLogoutURI = try reader.address("backchannel_logout_uri")
        backChannelLogoutSessionRequired = try reader.flag("backchannel_logout_session_required")
        frontChannelLogoutURI = try reader.address("frontchannel_logout_uri")
        frontChannelLogoutSessionRequired = try reader.flag("frontchannel_logout_session_required")
        initiateLoginURI = try reader.secureAddress("initiate_login_uri")
    }

    /// The members as they are registered and stored; those at their default are left out.
    package var json: JSONObject {
        var json = JSONObject()
        if !redirectURIs.isEmpty { json["redirect_uris"] = .strings(redirectURIs.map(\.description)) }
        if !postLogoutRedirectURIs.isEmpty {
            json["post_logout_redirect_uris"] = .strings(postLogoutRedirectURIs.map(\.description))
        }
        if isNative { json["application_type"] = "native" }
        let addresses = [
            ("client_uri", page), ("logo_uri", logo), ("policy_uri", policy), ("tos_uri", terms),
            ("initiate_login_uri", initiateLoginURI), ("backchannel_logout_uri", backChannelLogoutURI),
            ("frontchannel_logout_uri", frontChannelLogoutURI),
        ]
        for (name, value) in addresses { if let value { json[name] = .string(value.description) } }
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

/// Reads the members of client metadata. Throws the errors of RFC 7591 §3.2.2.
struct MetadataReader {
    private let json: JSONObject

    /// The most values that a list may have.
    private static let limit = 32

    init(_ json: JSONObject) {
        self.json = json
    }

    func text(_ name: ParameterName) throws(OAuthError) -> String? {
        switch json[name.description] {
        case .string(let text): return text
        case nil, .null: return nil
        default: throw Self.refused(name, "a string")
        }
    }

    func choice(_ name: ParameterName, _ known: [String]) throws(OAuthError) -> String? {
        guard let text = try text(name) else { return nil }
        guard known.contains(text) else { throw Self.refused(name, known.joined(separator: " or ")) }
        return text
    }

    func strings(_ name: ParameterName) throws(OAuthError) -> [String] {
        guard let value = json[name.description], value != .null else { return [] }
        guard let values = value.stringsValue, values.count <= Self.limit,
            values.allSatisfy({ $0.utf8.count <= RedirectURI.sizeLimit })
        else { throw Self.refused(name, "at most \(Self.limit) strings") }
        return values
    }

    func redirects(_ name: ParameterName, isNative: Bool) throws(OAuthError) -> [RedirectURI] {
        var uris: [RedirectURI] = []
        for text in try strings(name) {
            guard let uri = RedirectURI(registering: text, isNative: isNative) else {
                throw OAuthError(
                    .invalidRedirectURI,
                    "\(name) must be https URIs without fragment; http is taken for this machine, a scheme with a dot for native applications",
                    FailedCheck("\(name)", expected: "such URIs", seen: FailedCheck.excerpt(text))
                )
            }
            uris.append(uri)
        }
        return uris
    }

    func address(_ name: ParameterName) throws(OAuthError) -> WebAddress? {
        guard let text = try text(name) else { return nil }
        guard let address = WebAddress(text) else { throw Self.refused(name, "an https URL") }
        return address
    }

    /// An address for which no http is taken.
    func secureAddress(_ name: ParameterName) throws(OAuthError) -> WebAddress? {
        guard let address = try address(name) else { return nil }
        guard address.description.hasPrefix("https:") else { throw Self.refused(name, "an https URL") }
        return address
    }

    func algorithm(_ name: ParameterName) throws(OAuthError) -> SignatureAlgorithm? {
        let known = ClientMetadata.signingAlgorithms
        return try choice(name, known.map(\.rawValue)).flatMap(SignatureAlgorithm.init(rawValue:))
    }

    func age(_ name: ParameterName) throws(OAuthError) -> Int64? {
        guard let value = json[name.description], value != .null else { return nil }
        guard let seconds = value.integerValue, (0...315_360_000).contains(seconds) else {
            throw Self.refused(name, "a number of seconds")
        }
        return seconds
    }

    func flag(_ name: ParameterName) throws(OAuthError) -> Bool {
        guard let value = json[name.description], value != .null else { return false }
        guard let flag = value.boolValue else { throw Self.refused(name, "true or false") }
        return flag
    }

    static func refused(_ name: ParameterName, _ expected: String) -> OAuthError {
        OAuthError(
            .invalidClientMetadata,
            "\(name) is not as it must be",
            FailedCheck("\(name)", expected: expected, seen: "something else")
        )
    }
}

extension OAuthError.Code {
    /// RFC 7591 §3.2.2.
    package static let invalidRedirectURI = Self("invalid_redirect_uri", status: 400)
    package static let invalidClientMetadata = Self("invalid_client_metadata", status: 400)
}
