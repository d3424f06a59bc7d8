import Cryptography
package import HTTPTypes
package import JOSE

/// An HTTP response of the provider, complete in memory.
package struct Reply: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: [UInt8]
    /// What to tell the operator when this reply refuses something.
    package var refusal: Refusal?

    package init(
        _ status: HTTPResponse.Status = .ok,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        refusal: Refusal? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.refusal = refusal
    }

    /// A JSON reply that no cache may keep.
    package static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status, fields: uncachedJSON, body: json.encoded())
    }

    private static let uncachedJSON: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store",
    ]
}

/// A document at a fixed place, and what the API document says of it.
package struct PublishedDocument: Sendable {
    package let content: CachedDocument
    package let operation: Operation
}

/// A document that changes rarely: encoded once, cacheable for five minutes, sent with a validator (RFC 9110 §8.8.3).
package struct CachedDocument: Sendable {
    private let body: [UInt8]
    private let fields: HTTPFields
    private let entityTag: String

    /// A JSON document, which may be cached for `maxAge` seconds.
    package init(json: JSON, contentType: String = "application/json", maxAge: Int64 = 300) {
        self.init(text: json.encoded(), contentType: contentType, maxAge: maxAge)
    }

    /// A document of any type, which may be cached for `maxAge` seconds.
    package init(text: [UInt8], contentType: String, maxAge: Int64 = 300) {
        body = text
        entityTag = "\"\(Base64URL.encode(Hash.digest(text)[..<12]))\""
        fields = [.contentType: contentType, .cacheControl: "public, max-age=\(maxAge)", .eTag: entityTag]
    }

    /// The document, or 304 when the caller has it.
    package func reply(to request: EndpointRequest) -> Reply {
        if let known = request.value(of: .ifNoneMatch), known == "*" || known.contains(entityTag) {
            return Reply(.notModified, fields: fields)
        }
        return Reply(.ok, fields: fields, body: body)
    }
}
