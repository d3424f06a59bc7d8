/// Whether text may stand in `RCPT TO` and in a header as an address: one `@` between two non-empty parts, at most 254
/// bytes (RFC 5321 §4.5.3.1.3), and no byte that could end a line, a path or a list.
func isMailAddress(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count <= 254, bytes.allSatisfy(isAddressByte), bytes.first != UInt8(ascii: "-") else { return false }
    let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
}

private func isAddressByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !"()<>[]:;,\\\"".utf8.contains(byte)
}

func isASCIIAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: false
    }
}
