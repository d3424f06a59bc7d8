/// An IPv4 or IPv6 address. An IPv4 address in the clothes of IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address.
package struct NetworkAddress: Hashable, Sendable {
    /// 4 bytes, or 16, in network order.
    package let bytes: [UInt8]

    /// Nil when `text` is no address. A zone (`fe80::1%eth0`) or a port is none of an address either.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45, let bytes = text.contains(":") ? Self.six(text) : Self.four(text) else {
            return nil
        }
        self.init(bytes: bytes)
    }

    /// `bytes` are 4 or 16.
    package init(bytes: [UInt8]) {
        self.bytes = bytes.starts(with: Self.mapped) && bytes.count == 16 ? Array(bytes[12...]) : bytes
    }

    /// What starts an IPv4 address in 16 bytes.
    package static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Whether it names this machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// What one subscriber has: an IPv4 address as it is, the first 64 bits of an IPv6 one (RFC 6177).
    package var network: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }

    /// Four decimal numbers; a leading zero is refused, for some readers take it for octal.
    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part -> UInt8? in
            let isNumber = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            return isNumber && (part == "0" || !part.hasPrefix("0")) ? UInt8(part) : nil
        }
        return bytes.count == 4 ? bytes : nil
    }

    /// Eight groups, some of which one `::` may stand for; the last two may be written as IPv4 (RFC 4291 §2.2).
    private static func six(_ text: some StringProtocol) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            let bytes = groups(text[...])
            return bytes?.count == 16 ? bytes : nil
        }
        let head = text[..<gap.lowerBound]
        let tail = text[gap.upperBound...]
        guard !head.contains("."), let first = head.isEmpty ? [] : groups(head),
            let last = tail.isEmpty ? [] : groups(tail), first.count + last.count <= 14
        else { return nil }
        return first + [UInt8](repeating: 0, count: 16 - first.count - last.count) + last
    }

    private static func groups(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let four = four(part) else { return nil }
                return bytes + four
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
