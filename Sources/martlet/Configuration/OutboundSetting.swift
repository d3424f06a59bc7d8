import Cryptography
import Provider

/// What requests of the server to others may do besides, in development: a server that is tested has its peers in a private network,
/// with certificates of its own authority.
struct OutboundSetting: Sendable {
    /// A PEM file of the authorities to trust in place of the system's.
    let caFile: String?
    /// Addresses that may be reached though they are not public.
    let allowed: [NetworkRange]

    /// Throws `ConfigurationError` outside development when one is set, and for a file without certificates.
    init(_ sources: ConfigurationSources, isDevelopment: Bool) throws(ConfigurationError) {
        for name in ["outbound-ca", "outbound-allow"] where !isDevelopment && sources.text(name) != nil {
            throw ConfigurationError("--\(name) is only for development: take it away, or add --dev")
        }
        caFile = sources.text("outbound-ca")
        allowed = try sources.networks("outbound-allow")
        if let caFile { try Self.check(caFile) }
    }

    /// Whether requests of the server may go to `address`.
    func mayReach(_ address: NetworkAddress) -> Bool {
        address.isPublic || allowed.contains { $0.contains(address) }
    }

    private static func check(_ path: String) throws(ConfigurationError) {
        guard let file = try PlainFile(path, of: "certificates") else {
            throw ConfigurationError("\(path), the file of --outbound-ca, is not there")
        }
        do {
            _ = try Certificate.chain(pem: String(decoding: file.bytes, as: UTF8.self))
        } catch {
            throw ConfigurationError(
                "\(path), the file of --outbound-ca, does not hold certificates in PEM: \(error.detail)"
            )
        }
    }
}
