package import JOSE

/// One extension: what it adds to the server, in one place.
package protocol Feature: Sendable {
    var endpoints: [Endpoint] { get }
    var grants: [any Grant] { get }
    /// Members of the server's metadata beyond the URLs of its endpoints (RFC 8414 §2).
    var metadata: JSONObject { get }
}

extension Feature {
    package var endpoints: [Endpoint] { [] }
    package var grants: [any Grant] { [] }
    package var metadata: JSONObject { [:] }
}
