/// The addresses that share their first bits (CIDR notation, RFC 4632 §3.1).
package struct NetworkRange: Hashable, Sendable {
    private let start: [UInt8]
    /// How many bits its addresses share, at least 1: a range of every address would trust everybody.
    private let bits: Int

    /// `192.0.2.0/24`, `2001:db8::/32`, or a single address. Nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = NetworkAddress(parts[0]) else { return nil }
        let size = address.bytes.count * 8
        guard parts.count == 2 else {
            (start, bits) = (address.bytes, size)
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), var bits = Int(parts[1]) else { return nil }
        // An IPv4 range that is written as IPv6 counts the 96 bits before it.
        if parts[0].contains(":") && size == 32 { bits -= 96 }
        guard (1...size).contains(bits) else { return nil }
        (start, self.bits) = (address.bytes, bits)
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == start.count else { return false }
        let whole = bits / 8
        guard address.bytes[..<whole] == start[..<whole] else { return false }
        return bits % 8 == 0 || (address.bytes[whole] ^ start[whole]) >> UInt8(8 - bits % 8) == 0
    }
}
