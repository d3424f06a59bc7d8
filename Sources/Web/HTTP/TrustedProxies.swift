import HTTPTypes
package import Provider

/// The proxies in front of the server, whose word on where a request came from is taken. By default there are none.
package struct TrustedProxies: Sendable {
    private let ranges: [NetworkRange]

    package init(_ ranges: [NetworkRange] = []) {
        self.ranges = ranges
    }

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!

    func contains(_ address: NetworkAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Whether the address is that of a proxy.
    func contains(_ address: String) -> Bool {
        guard !ranges.isEmpty, let address = NetworkAddress(address) else { return false }
        return contains(address)
    }

    /// The address of the client behind `peer`: the rightmost in `X-Forwarded-For` that is not a trusted proxy itself, when
    /// `peer` is one; else `peer`. What stands left of it was written by strangers, and so was what is no address: there the
    /// walk ends at the last proxy that could be believed.
    func client(behind peer: String, _ fields: HTTPFields) -> String {
        guard contains(peer) else { return peer }
        var client = peer
        let hops = fields[values: Self.forwardedFor].flatMap {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        for hop in hops.reversed() {
            let text = hop.drop { $0 == " " || $0 == "\t" }.trimmingSuffix { $0 == " " || $0 == "\t" }
            guard let address = NetworkAddress(text) else { return client }
            client = String(text)
            guard contains(address) else { return client }
        }
        return client
    }

    /// Whether an address tells one client from another. It does not when it is this machine's or a proxy's, or is not known: many
    /// people share it.
    func isShared(_ client: String) -> Bool {
        guard let address = NetworkAddress(client) else { return true }
        return address.isLoopback || contains(address)
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
