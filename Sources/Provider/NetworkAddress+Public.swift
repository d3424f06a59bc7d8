extension NetworkAddress {
    /// Whether it is one of the public internet: not of this machine, a private network, a link, a group, or reserved (RFC 6890, the
    /// special-purpose registries of IANA).
    package var isPublic: Bool {
        // An IPv4 address in the clothes of a translator (RFC 6052 §2.1) leads where the IPv4 address leads.
        if bytes.count == 16, bytes.starts(with: Self.translated) { return Self(bytes: Array(bytes[12...])).isPublic }
        if bytes.count == 16 && bytes[0] >> 5 != 0b001 { return false }
        return !Self.special.contains { $0.contains(self) }
    }

    private static let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)

    /// Of IPv6 those within 2000::/3, outside of which nothing is public.
    private static let special: [NetworkRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ].map { NetworkRange($0)! }
}
