/// The header lines of a response as libcurl hands them over, up to 64 KiB; those of interim (1xx) responses are dropped.
struct ResponseHead {
    private(set) var headers: [OutboundHeader] = []
    private(set) var isTooLarge = false
    private var byteCount = 0

    /// Takes one line; `false` when the head is too large.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        byteCount += line.count
        isTooLarge = byteCount > 65_536
        guard !isTooLarge else { return false }
        if line.starts(with: "HTTP/".utf8) {
            headers = []
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.append(OutboundHeader(name, trimmed(line[(colon + 1)...])))
        }
        return true
    }

    private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
