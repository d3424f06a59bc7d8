import HTTPTypes
import JOSE
import OAuth
import Provider

/// Reads the JSON object in the body of an API request, member by member.
struct JSONBody {
    private let object: JSONObject

    /// Throws `invalid_request`: 400 for another content type or a body that is no JSON object, 415 for a compressed one.
    init(_ request: EndpointRequest) throws(OAuthError) {
        self.init(try RequestBody.json(of: request))
    }

    init(_ object: JSONObject) {
        self.object = object
    }

    /// The member as text. Throws 400 when it is there and no string.
    func optional(_ name: ParameterName) throws(APIRefusal) -> String? {
        switch object[name.description] {
        case .string(let text): return text
        case .null, nil: return nil
        default:
            throw APIRefusal(
                .badRequest,
                "\(name) must be a string",
                FailedCheck("\(name)", expected: "a string", seen: "another type")
            )
        }
    }

    /// The member as text. Throws 400 when it is missing or no string.
    func required(_ name: ParameterName) throws(APIRefusal) -> String {
        if let text = try optional(name) { return text }
        throw .missing(name)
    }

    /// The member as a truth value; false when it is missing or null. Throws 400 when it is anything else.
    func flag(_ name: ParameterName) throws(APIRefusal) -> Bool {
        switch object[name.description] {
        case .bool(let flag): return flag
        case .null, nil: return false
        default:
            throw APIRefusal(
                .badRequest,
                "\(name) must be true or false",
                FailedCheck("\(name)", expected: "a truth value", seen: "another type")
            )
        }
    }

    /// The member as it is; nil when it is missing or null.
    func value(_ name: ParameterName) -> JSON? {
        object[name.description] == .null ? nil : object[name.description]
    }
}
