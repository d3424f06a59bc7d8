import HTTPTypes
package import JOSE
package import OAuth

/// Reads the body of a request: a form (RFC 6749 appendix B), or JSON.
package enum RequestBody {
    /// The parameters of a request to an OAuth endpoint: a form or, where the endpoint takes it, JSON with the same names.
    /// Throws `invalid_request`: 400 for another content type or a malformed body, 415 for a compressed one.
    package static func parameters(
        of request: EndpointRequest,
        allowsJSON: Bool = false
    ) throws(OAuthError) -> Parameters {
        let type = try contentType(of: request)
        if type.essence == formType { return try Parameters(form: request.body) }
        if allowsJSON, type.essence == jsonType { return try Parameters(json: try object(in: request.body)) }
        throw unsupported(request, expected: formType)
    }

    /// The JSON object in the body. Throws `invalid_request` as above.
    package static func json(of request: EndpointRequest) throws(OAuthError) -> JSONObject {
        guard try contentType(of: request).essence == jsonType else { throw unsupported(request, expected: jsonType) }
        return try object(in: request.body)
    }

    static let formType = "application/x-www-form-urlencoded"
    private static let jsonType = "application/json"

    /// The content type of a body that is not compressed and claims no charset but UTF-8.
    private static func contentType(of request: EndpointRequest) throws(OAuthError) -> MediaType {
        if let coding = request.value(of: .contentEncoding), coding.lowercased() != "identity" {
            throw OAuthError(
                .unsupportedMediaType,
                "the body must not be compressed",
                FailedCheck("Content-Encoding", expected: "none", seen: FailedCheck.excerpt(coding))
            )
        }
        let type = MediaType(request.value(of: .contentType) ?? "")
        guard type.charset == nil || type.charset == "utf-8" else { throw unsupported(request, expected: "UTF-8") }
        return type
    }

    private static func object(in body: [UInt8]) throws(OAuthError) -> JSONObject {
        do throws(JSONError) {
            return try JSONObject.parse(body)
        } catch {
            throw OAuthError(.invalidRequest, "the body is not a JSON object", error.failed)
        }
    }

    private static func unsupported(_ request: EndpointRequest, expected: String) -> OAuthError {
        OAuthError(
            .invalidRequest,
            "the content type is not the one that this endpoint takes",
            FailedCheck("Content-Type", expected: expected, seen: FailedCheck.excerpt(request.value(of: .contentType)))
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
        // Nearly every request: nothing to take apart.
        if value.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2F }) {
            essence = value
            charset = nil
            return
        }
        let parts = value.utf8.split(separator: UInt8(ascii: ";")).map { part in
            let trimmed = part.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed()
            return String(decoding: Array(trimmed), as: UTF8.self).lowercased()
        }
        essence = parts.first ?? ""
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
            .map { $0.dropFirst("charset=".count).filter { $0 != "\"" } }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
