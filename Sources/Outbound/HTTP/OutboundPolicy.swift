/// Which servers may be reached.
package enum OutboundPolicy: Sendable {
    /// `http` and `https` to any host and address: for a person's own command line, never for a URL that a client gave.
    case anyHost

    /// The URL schemes that libcurl may use, separated by commas.
    var schemes: String {
        switch self {
        case .anyHost: "http,https"
        }
    }

    func allows(_ url: String) -> Bool {
        guard let colon = url.firstRange(of: "://") else { return false }
        return schemes.split(separator: ",").contains { $0 == url[..<colon.lowerBound].lowercased() }
    }
}
