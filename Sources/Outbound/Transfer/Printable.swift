/// At most 200 bytes of a peer's text, with everything outside printable ASCII as `?` and no line end.
func printable(_ bytes: some Sequence<UInt8>) -> String {
    let line = bytes.prefix(200).prefix { $0 != 0x0D && $0 != 0x0A }
    return String(decoding: line.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
}
