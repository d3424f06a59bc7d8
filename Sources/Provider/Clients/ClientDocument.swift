import JOSE
import OAuth

/// A client id that is the address of a document (OAuth Client ID Metadata Document §3): https, with a path, without query, fragment, user
/// information and dot segments, and in one spelling alone.
struct DocumentAddress: Sendable, CustomStringConvertible {
    let url: WebAddress
    /// The host as people are shown it, with its port where it has one.
    let host: String

    var description: String { url.description }

    /// The longest one, in bytes.
    private static let sizeLimit = 512

    /// nil for anything else.
    init?(_ id: Client.ID) {
        let text = id.description
        guard text.hasPrefix("https://"), text.utf8.count <= Self.sizeLimit, !text.contains("?"),
            let url = WebAddress(text)
        else { return nil }
        let rest = text.dropFirst("https://".count)
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let authority = rest[..<slash]
        let segments = rest[slash...].lowercased().replacing("%2e", with: ".").split(separator: "/")
        guard !segments.contains("."), !segments.contains(".."), Self.isPlain(authority) else { return nil }
        self.url = url
        host = String(authority)
    }

    /// Lower case, no escapes, no port that is the usual one or begins with a zero, no final dot.
    private static func isPlain(_ authority: Substring) -> Bool {
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard !authority.hasPrefix("["), parts.count <= 2, let name = parts.first, !name.isEmpty, !name.hasSuffix("."),
            name.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            })
        else { return false }
        guard parts.count == 2 else { return true }
        return parts[1] != "443" && !parts[1].hasPrefix("0")
    }
}

/// What a document says of its client.
struct ClientDocument {
    let client: Client

    /// The largest one, in bytes.
    static let sizeLimit = 32_768
    private static let limits = JSONLimits(size: sizeLimit, depth: 8, members: 128)

    /// What is read; a document is written for every server, so what this one does not do is passed over.
    private static let members = [
        "client_name", "client_uri", "policy_uri", "tos_uri", "contacts", "software_id", "software_version",
        "redirect_uris", "application_type", "grant_types", "response_types", "scope", "token_endpoint_auth_method",
        "token_endpoint_auth_signing_alg", "jwks", "jwks_uri", "id_token_signed_response_alg", "default_max_age",
        "require_auth_time", "default_acr_values", "subject_type", "require_pushed_authorization_requests",
    ]

    /// Throws `JSONError`, and `invalid_client` for what is not about `address` or cannot be a client.
    init(
        _ bytes: [UInt8],
        at address: DocumentAddress,
        _ possible: RegistrationWish.Possible,
        _ documents: any RemoteDocuments
    ) throws {
        let json = try JSONObject.parse(bytes, limits: Self.limits)
        guard let named = json["client_id"]?.stringValue, named.hasSameBytes(as: address.description) else {
            throw DocumentClients.refused("client_id in it to be its address", json["client_id"]?.stringValue ?? "none")
        }
        guard json["client_secret"] == nil, json["client_secret_expires_at"] == nil else {
            throw DocumentClients.refused("no secret in it", "client_secret")
        }
        var read = JSONObject()
        for name in Self.members { read[name] = json[name] }
        if read["token_endpoint_auth_method"] == nil { read["token_endpoint_auth_method"] = "none" }
        let wish: RegistrationWish
        do {
            wish = try RegistrationWish(read, possible)
        } catch {
            throw DocumentClients.refused(error.description.description, error.failed.seen)
        }
        try Self.check(wish, documents)
        var client = wish.client(Client.ID(address.description), wish.keys ?? .none)
        client.documentHost = address.host
        self.client = client
    }

    private static func check(_ wish: RegistrationWish, _ documents: any RemoteDocuments) throws(OAuthError) {
        guard wish.method == .none || wish.method == .privateKeyJWT else {
            throw DocumentClients.refused("none or private_key_jwt", wish.method.rawValue)
        }
        guard !wish.metadata.isPairwise else { throw DocumentClients.refused("subject_type public", "pairwise") }
        if case .publishedKeys(let url) = wish.keys, !documents.mayReach(url) {
            throw DocumentClients.refused("jwks_uri on a host of the public internet", url.description)
        }
    }
}
