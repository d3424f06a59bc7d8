import COpenSSL

/// A private key and the certificates that vouch for it: what a TLS server shows and proves.
package struct CertifiedKey: Sendable {
    /// The certificate of the key, then those that vouch for the one before them.
    package let chain: [Certificate]
    package let key: PrivateKey

    /// Throws `invalidCertificate` without a certificate, and `unmatchedKey` when the first is for another key.
    package init(chain: [Certificate], key: PrivateKey) throws(CryptographyError) {
        guard let leaf = chain.first else { throw CryptographyError(.invalidCertificate, "no certificate") }
        guard X509_check_private_key(leaf.handle, key.handle.pointer) == 1 else {
            throw .drained(.unmatchedKey, "the certificate is for another key")
        }
        (self.chain, self.key) = (chain, key)
    }

    /// The certificate of the key.
    package var leaf: Certificate { chain[0] }
}

extension PrivateKey {
    /// Reads the one private key of a file without a password, in any of the usual forms: `PRIVATE KEY` (PKCS #8), `EC PRIVATE KEY`
    /// (RFC 5915), `RSA PRIVATE KEY` (RFC 8017 §A.1.2). Throws `invalidPEM` when there is none, or several.
    package static func read(pem text: String) throws(CryptographyError) -> PrivateKey {
        var found: [[UInt8]] = []
        for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] {
            found += try PEM.blocks(text, label: label)
        }
        guard found.count == 1, var der = found.first else {
            throw CryptographyError(.invalidPEM, "\(found.count) private keys without a password")
        }
        defer { der.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        let key = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return d2i_AutoPrivateKey(nil, &cursor, buffer.count)
        }
        guard let key else { throw .drained(.invalidKey, "private key") }
        let handle = KeyHandle(key)
        // The decoders that were tried in vain leave their complaints behind a success.
        ERR_clear_error()
        return try PrivateKey(handle: handle)
    }
}
