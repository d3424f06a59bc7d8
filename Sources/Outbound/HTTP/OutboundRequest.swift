/// A request to another server.
package struct OutboundRequest: Sendable {
    /// What may be asked.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package let method: Method
    /// An absolute `http` or `https` URL, without a user name.
    package let url: String
    package let headers: [OutboundHeader]
    /// Sent with a POST only.
    package let body: [UInt8]

    /// - Parameter headers: replace libcurl's own of the same name.
    package init(_ method: Method, _ url: String, headers: [OutboundHeader] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// One header field, of a request or a response.
package struct OutboundHeader: Sendable, Equatable {
    package let name: String
    package let value: String

    /// Names of letters, digits, `-` and `_` only, and values without controls, can be sent.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What the other server answered. A redirect is an answer like any other and is not followed.
package struct OutboundResponse: Sendable {
    /// The HTTP status code.
    package let status: Int
    /// In the order in which they came, with their names as they came.
    package let headers: [OutboundHeader]
    package let body: [UInt8]

    /// The first value of a header, whose name is compared without case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
