package import HTTPTypes
import OAuth

/// One route of the provider and its function.
package struct Endpoint: Sendable {
    package let method: HTTPRequest.Method
    /// The path below the issuer; a segment in braces is a value (`PathPattern`).
    package let path: String
    /// The name under which the server's metadata lists the URL (RFC 8414 §2), or nil when it is not listed.
    package let advertisedAs: String?
    /// Whether scripts of any origin may call it (the CORS protocol of the Fetch standard).
    package let allowsBrowsers: Bool
    /// What the API document says of it; nil for pages.
    package let operation: Operation?
    package let respond: @Sendable (EndpointRequest) async throws -> Reply

    package init(
        _ method: HTTPRequest.Method,
        _ path: String,
        advertisedAs: String? = nil,
        allowsBrowsers: Bool = true,
        operation: Operation? = nil,
        respond: @escaping @Sendable (EndpointRequest) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.advertisedAs = advertisedAs
        self.allowsBrowsers = allowsBrowsers
        self.operation = operation
        self.respond = respond
    }
}

/// What an endpoint may know of an HTTP request.
package struct EndpointRequest: Sendable {
    package let path: String
    /// The values of the path's segments in braces, percent-decoded, by their names in the route's pattern.
    package let pathValues: [String: String]
    /// The part of the target after `?`, as sent; empty when there is none.
    package let query: String
    package let fields: HTTPFields
    package let body: [UInt8]
    private let address: @Sendable () -> String

    package init(
        path: String,
        pathValues: [String: String] = [:],
        query: String = "",
        fields: HTTPFields,
        body: [UInt8] = [],
        clientAddress: @autoclosure @escaping @Sendable () -> String
    ) {
        self.path = path
        self.pathValues = pathValues
        self.query = query
        self.fields = fields
        self.body = body
        address = clientAddress
    }

    /// The value of a header field, or nil when there is none. Several of one name are one list (RFC 9110 §5.2).
    package func value(of name: HTTPField.Name) -> String? {
        guard let first = fields.firstIndex(where: { $0.name == name }) else { return nil }
        // Nearly always there is one: nothing to join.
        let isOnly = !fields[(first + 1)...].contains { $0.name == name }
        return isOnly ? fields[first].value : fields[name]
    }

    /// The address of the client, without a port: the peer's or, behind a trusted proxy, the one that the proxy names. Asked for
    /// by those who count failures; most do not.
    package var clientAddress: String { address() }

    /// What limits count by: an IPv4 address as it is, the first 64 bits of an IPv6 one, for a subscriber has at least those.
    package var clientNetwork: String { NetworkAddress(clientAddress)?.network ?? clientAddress }
}
