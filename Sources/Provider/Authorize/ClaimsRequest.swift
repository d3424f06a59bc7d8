package import JOSE
import OAuth

/// Which claims a request names one by one (OIDC Core §5.5). A claim that the account does not have is left out, essential or not; only
/// of who signs in, and how, a request may demand something.
package struct ClaimsRequest: Sendable, Equatable {
    package var userinfo: Set<String> = []
    package var idToken: Set<String> = []
    /// The `sub` that nobody else may sign in as (OIDC Core §5.5.1).
    private(set) var subject: String?
    /// The authentication contexts of which one must be met (OIDC Core §5.5.1.1); nil where none is demanded.
    private(set) var essentialACRs: [String]?

    package init() {}

    /// Reads the `claims` parameter. Throws `invalid_request` for anything but the shape of OIDC Core §5.5, and for two persons at once.
    init(_ text: String) throws(OAuthError) {
        guard
            let object = try? JSONObject.parse(Array(text.utf8), limits: JSONLimits(size: 8192, depth: 8, members: 256))
        else { throw Self.malformed }
        let parts = [try Self.part(object, "userinfo"), try Self.part(object, "id_token")]
        (userinfo, idToken) = (Set(parts[0].names), Set(parts[1].names))
        for part in parts {
            guard let demanded = try Self.value(of: "sub", in: part) else { continue }
            guard subject == nil || subject == demanded else { throw Self.malformed }
            subject = demanded
        }
        if let acr = parts[1]["acr"]?.objectValue, acr["essential"] == true {
            essentialACRs = try Self.value(of: "acr", in: parts[1]).map { [$0] } ?? acr["values"]?.stringsValue
        }
    }

    private static func part(_ object: JSONObject, _ name: String) throws(OAuthError) -> JSONObject {
        guard let value = object[name], value != .null else { return [:] }
        guard let members = value.objectValue else { throw malformed }
        for name in members.names {
            switch members[name] {
            case .object, .null: continue
            default: throw malformed
            }
        }
        return members
    }

    private static func value(of name: String, in part: JSONObject) throws(OAuthError) -> String? {
        guard let value = part[name]?.objectValue?["value"], value != .null else { return nil }
        guard let text = value.stringValue else { throw malformed }
        return text
    }

    /// As it is kept with a code and a session: what is to be told. What was demanded is met by then.
    package var json: JSONObject {
        ["userinfo": .strings(userinfo.sorted()), "id_token": .strings(idToken.sorted())]
    }

    /// Reads `json` back; nothing where it is malformed.
    package init(json: JSONObject) {
        userinfo = Set(json["userinfo"]?.stringsValue ?? [])
        idToken = Set(json["id_token"]?.stringsValue ?? [])
    }

    private static let malformed = OAuthError(
        .invalidRequest,
        "\(.claims) must be a JSON object with the members userinfo and id_token",
        FailedCheck("claims", expected: "objects of objects or null", seen: "something else")
    )
}
