/// The two forms of an ECDSA signature: `r || s` of fixed length (RFC 7518 §3.4) and the DER that OpenSSL speaks.
enum ECDSASignature {
    /// The longest DER form: P-521, two integers of 67 bytes.
    static let maximumDERSize = 3 + 2 * (2 + 67)

    /// Writes the DER form of `raw`, whose halves are `size` bytes each, and returns its length.
    static func writeDER(_ raw: UnsafeBufferPointer<UInt8>, size: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let (r, s) = (significant(raw, 0..<size), significant(raw, size..<size * 2))
        let content = 4 + integerSize(raw, r) + integerSize(raw, s)
        var position = 0
        func put(_ byte: Int) {
            target[position] = UInt8(truncatingIfNeeded: byte)
            position += 1
        }
        put(0x30)
        if content >= 128 { put(0x81) }
        put(content)
        for half in [r, s] {
            put(0x02)
            put(integerSize(raw, half))
            if raw[half.lowerBound] >= 128 { put(0) }
            for index in half { put(Int(raw[index])) }
        }
        return position
    }

    /// The raw form of a DER signature; nil if it is not one whose integers fit into `size` bytes.
    static func raw(fromDER der: UnsafeBufferPointer<UInt8>, size: Int) -> [UInt8]? {
        var raw = [UInt8](repeating: 0, count: size * 2)
        var position = 1
        guard der.count >= 8, der[0] == 0x30 else { return nil }
        position += der[1] == 0x81 ? 2 : 1
        for half in 0..<2 {
            guard position + 2 <= der.count, der[position] == 0x02 else { return nil }
            let length = Int(der[position + 1])
            position += 2
            guard length < 128, position + length <= der.count else { return nil }
            let digits = significant(der, position..<position + length)
            guard digits.count <= size else { return nil }
            for (offset, index) in digits.enumerated() { raw[size * (half + 1) - digits.count + offset] = der[index] }
            position += length
        }
        return position == der.count ? raw : nil
    }

    private static func significant(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound - 1, bytes[start] == 0 { start += 1 }
        return start..<range.upperBound
    }

    private static func integerSize(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        range.count + (bytes[range.lowerBound] >= 128 ? 1 : 0)
    }
}
