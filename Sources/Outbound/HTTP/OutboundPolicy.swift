/// Which servers may be reached.
package enum OutboundPolicy: Sendable {
    /// `http` and `https` to any host and address: for a person's own command line, never for a URL that a client gave.
    case anyHost
    /// `https` alone, and only to addresses that the function takes: for URLs that others gave. It is asked for each address that
    /// would be connected to, after the name was resolved; its bytes are 4 or 16, in network order.
    case addresses(@Sendable ([UInt8]) -> Bool)

    /// The URL schemes that libcurl may use, separated by commas.
    var schemes: String {
        switch self {
        case .anyHost: "http,https"
        case .addresses: "https"
        }
    }

    func allows(_ url: String) -> Bool {
        guard let colon = url.firstRange(of: "://") else { return false }
        return schemes.split(separator: ",").contains { $0 == url[..<colon.lowerBound].lowercased() }
    }
}
