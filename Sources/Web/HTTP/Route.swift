package import HTTPTypes
package import Hummingbird
package import Provider

/// One route of the server and its function.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// The path from the host's root; a segment in braces is a parameter (`/api/verify/{token}`).
    package let pattern: String
    /// Whether scripts of any origin may call it.
    let allowsBrowsers: Bool
    /// Whether it is a document that everybody may fetch: HEAD is answered too, and reads are logged at the debug level only.
    let isPublicDocument: Bool
    /// What the API document says of it; nil for pages and what belongs to them.
    package let operation: Operation?
    /// Turns what `respond` throws into the reply of this route's face.
    let refusal: @Sendable (any Error) -> Reply
    let respond: @Sendable (RouteRequest) async throws -> RouteReply

    package init(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        allowsBrowsers: Bool = true,
        isPublicDocument: Bool = false,
        operation: Operation? = nil,
        refusal: @escaping @Sendable (any Error) -> Reply,
        respond: @escaping @Sendable (RouteRequest) async throws -> RouteReply
    ) {
        self.method = method
        self.pattern = pattern
        self.allowsBrowsers = allowsBrowsers
        self.isPublicDocument = isPublicDocument
        self.operation = operation
        self.refusal = refusal
        self.respond = respond
    }
}

/// A request that found its route.
package struct RouteRequest: Sendable {
    package let endpointRequest: EndpointRequest
    /// For replies that take their time.
    package let connection: PeerConnection
    /// Those whose word on the client's address was taken.
    let proxies: TrustedProxies

    /// The values of the segments in braces, percent-decoded.
    package var parameters: [String: String] { endpointRequest.pathValues }

    /// Whether many people come from the client's address, so that it tells nobody from another.
    var isAddressShared: Bool { proxies.isShared(endpointRequest.clientAddress) }
}

/// What a route answers with.
package enum RouteReply: Sendable {
    case complete(Reply)
    /// A body that is written over time, such as server-sent events.
    case stream(HTTPFields, @Sendable (inout any ResponseBodyWriter) async throws -> Void)
}
