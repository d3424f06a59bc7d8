import COpenSSL

/// The textual encoding of keys (RFC 7468), written and read by us: OpenSSL's reader would ask for a password on the
/// terminal and takes older forms too.
enum PEM {
    /// The bytes of a text that is one block with this label and nothing but white space around it.
    static func decode(_ text: String, label: String) throws(CryptographyError) -> [UInt8] {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            String(line.drop(while: \.isWhitespace)).trimmedEnd
        }.filter { !$0.isEmpty }
        guard lines.count >= 3, lines.first == "-----BEGIN \(label)-----", lines.last == "-----END \(label)-----" else {
            throw CryptographyError(.invalidPEM, "not one block labelled \(label)")
        }
        let body = Array(lines[1..<lines.count - 1].joined().utf8)
        let padding = body.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let digits = body.dropLast(padding).map { byte in
            byte == UInt8(ascii: "+") ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
        guard body.count.isMultiple(of: 4), padding <= 2, !body.contains(where: { $0 == 0x2D || $0 == 0x5F }),
            let bytes = Base64URL.decode(digits[...])
        else { throw CryptographyError(.invalidPEM, "the body is not base64") }
        return bytes
    }

    /// The bytes of all blocks with this label, in their order, whatever stands between them.
    static func blocks(_ text: String, label: String) throws(CryptographyError) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var block: [Substring]?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN \(label)-----") { block = [] }
            block?.append(line)
            if line.hasPrefix("-----END \(label)-----"), let whole = block {
                blocks.append(try decode(whole.joined(separator: "\n"), label: label))
                block = nil
            }
        }
        return blocks
    }

    /// The block with this label, 64 characters a line, with a newline at the end.
    static func encode(_ bytes: [UInt8], label: String) -> String {
        var digits = Base64URL.encode(bytes).utf8.map { byte in
            byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
        }
        while !digits.count.isMultiple(of: 4) { digits.append(UInt8(ascii: "=")) }
        var lines = ["-----BEGIN \(label)-----"]
        for start in stride(from: 0, to: digits.count, by: 64) {
            lines.append(String(decoding: digits[start..<min(start + 64, digits.count)], as: UTF8.self))
        }
        lines.append("-----END \(label)-----\n")
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}

extension PublicKey {
    /// Reads a `PUBLIC KEY` block (SubjectPublicKeyInfo, RFC 7468 §13).
    package convenience init(spkiPEM text: String) throws(CryptographyError) {
        let der = try PEM.decode(text, label: "PUBLIC KEY")
        let (key, consumed) = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let key = d2i_PUBKEY_ex(nil, &cursor, buffer.count, nil, nil)
            return (key, cursor == buffer.baseAddress.map { $0 + buffer.count })
        }
        guard let key else { throw .drained(.invalidKey, "SubjectPublicKeyInfo") }
        let handle = KeyHandle(key)
        // The decoders that were tried in vain leave their complaints behind a success.
        ERR_clear_error()
        guard consumed else { throw CryptographyError(.invalidPEM, "bytes after the key") }
        try self.init(of: handle)
    }

    /// The key as a `PUBLIC KEY` block.
    package func spkiPEM() throws(CryptographyError) -> String {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_PUBKEY(handle.pointer, &encoded)
        guard length > 0, let encoded else { throw .drained(.invalidKey, "SubjectPublicKeyInfo") }
        defer { COpenSSL_free(encoded) }
        return PEM.encode(Array(UnsafeBufferPointer(start: encoded, count: Int(length))), label: "PUBLIC KEY")
    }
}

extension PrivateKey {
    /// Reads a `PRIVATE KEY` block (PKCS #8 without encryption, RFC 7468 §10).
    package convenience init(pkcs8PEM text: String) throws(CryptographyError) {
        var der = try PEM.decode(text, label: "PRIVATE KEY")
        defer { der.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        let information = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let information = d2i_PKCS8_PRIV_KEY_INFO(nil, &cursor, buffer.count)
            guard cursor == buffer.baseAddress.map({ $0 + buffer.count }) else {
                PKCS8_PRIV_KEY_INFO_free(information)
                return OpaquePointer?.none
            }
            return information
        }
        guard let information else { throw .drained(.invalidPEM, "PKCS #8") }
        defer { PKCS8_PRIV_KEY_INFO_free(information) }
        guard let key = EVP_PKCS82PKEY_ex(information, nil, nil) else { throw .drained(.invalidKey, "PKCS #8") }
        let handle = KeyHandle(key)
        ERR_clear_error()
        let publicKey = try PublicKey(of: handle)
        if publicKey.kind != .ed25519 { try handle.checkPair() }
        try self.init(handle: handle)
    }

    /// The key as a `PRIVATE KEY` block; whoever writes it down makes the file readable by its owner alone.
    package func pkcs8PEM() throws(CryptographyError) -> String {
        guard let information = EVP_PKEY2PKCS8(handle.pointer) else { throw .drained(.invalidKey, "PKCS #8") }
        defer { PKCS8_PRIV_KEY_INFO_free(information) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_PKCS8_PRIV_KEY_INFO(information, &encoded)
        guard length > 0, let encoded else { throw .drained(.invalidKey, "PKCS #8") }
        defer {
            OPENSSL_cleanse(encoded, Int(length))
            COpenSSL_free(encoded)
        }
        return PEM.encode(Array(UnsafeBufferPointer(start: encoded, count: Int(length))), label: "PRIVATE KEY")
    }
}
