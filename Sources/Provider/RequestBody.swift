import HTTPTypes
import JOSE
import OAuth

/// Reads the parameters of a request from its body: a form (RFC 6749 appendix B) or, where allowed, JSON with the same names.
struct RequestBody: Sendable {
    var allowsJSON = true

    /// Throws `invalid_request`: 400 for another content type or a malformed body, 415 for a compressed one.
    func parameters(of request: EndpointRequest) throws(OAuthError) -> Parameters {
        if let coding = request.fields[.contentEncoding], coding.lowercased() != "identity" {
            throw OAuthError(
                .unsupportedMediaType, "request bodies must not be compressed",
                FailedCheck("Content-Encoding", expected: "none", seen: FailedCheck.excerpt(coding))
            )
        }
        let sent = request.fields[.contentType] ?? ""
        let type = MediaType(sent)
        guard type.charset == nil || type.charset == "utf-8" else { throw Self.unsupported(sent) }
        switch type.essence {
        case "application/x-www-form-urlencoded": return try Parameters(form: request.body)
        case "application/json" where allowsJSON: return try Parameters(json: try object(in: request.body))
        default: throw Self.unsupported(sent)
        }
    }

    private func object(in body: [UInt8]) throws(OAuthError) -> JSONObject {
        do throws(JSONError) {
            if case .object(let object) = try JSON.parse(body) { return object }
        } catch {
            throw Self.malformed(seen: "\(error)")
        }
        throw Self.malformed(seen: "another JSON value")
    }

    private static func malformed(seen: String) -> OAuthError {
        OAuthError(
            .invalidRequest, "the body is not a JSON object",
            FailedCheck("JSON body", expected: "an object", seen: seen)
        )
    }

    private static func unsupported(_ type: String) -> OAuthError {
        OAuthError(
            .invalidRequest, "the content type must be application/x-www-form-urlencoded",
            FailedCheck("Content-Type", expected: "application/x-www-form-urlencoded", seen: FailedCheck.excerpt(type))
        )
    }
}

/// A `Content-Type` value without what does not matter here (RFC 9110 §8.3.1).
struct MediaType {
    /// Type and subtype in lower case.
    let essence: String
    /// The charset parameter in lower case, or nil.
    let charset: String?

    init(_ value: String) {
        let parts = value.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
        essence = parts.first ?? ""
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
            .map { $0.dropFirst("charset=".count).filter { $0 != "\"" } }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        guard let start = firstIndex(where: { $0 != " " && $0 != "\t" }),
            let end = lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return self[start...end]
    }
}
