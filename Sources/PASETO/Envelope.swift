import Cryptography

/// The text form of a token (PASETO "Message Format"): a header, a payload and, where there is one, a footer.
struct Envelope {
    let payload, footer: [UInt8]

    /// Reads a token that begins with `header`. A footer that is announced and empty is refused.
    init(_ text: String, header: StaticString) throws(PASETOError) {
        guard text.utf8.count <= maximumTokenSize else { throw .tooLong }
        guard text.utf8.starts(with: header.bytes) else { throw .foreignHeader }
        let body = Array(text.utf8.dropFirst(header.utf8CodeUnitCount))
        let pieces = body.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard pieces.count <= 2, pieces.allSatisfy({ !$0.isEmpty }), let payload = Base64URL.decode(pieces[0]) else {
            throw .malformed
        }
        self.payload = payload
        guard pieces.count == 2 else {
            footer = []
            return
        }
        guard let footer = Base64URL.decode(pieces[1]) else { throw .malformed }
        self.footer = footer
    }

    /// The text of a token; an empty footer leaves no trace.
    static func text(header: StaticString, payload: [UInt8], footer: [UInt8]) throws(PASETOError) -> String {
        let tail = footer.isEmpty ? "" : "." + Base64URL.encode(footer)
        let text = "\(header)" + Base64URL.encode(payload) + tail
        guard text.utf8.count <= maximumTokenSize else { throw .tooLong }
        return text
    }
}

extension StaticString {
    var bytes: [UInt8] { withUTF8Buffer { Array($0) } }
}
