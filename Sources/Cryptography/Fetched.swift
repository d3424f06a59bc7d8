import COpenSSL

/// An algorithm of OpenSSL's default provider, looked up once and kept for the life of the process.
///
/// Unchecked: a fetched method is immutable, and every use of it takes a reference of its own.
struct Fetched: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer?, _ name: StaticString) {
        guard let pointer else { fatalError("OpenSSL has no \(name)") }
        self.pointer = pointer
    }

    static let sha256 = Fetched(EVP_MD_fetch(nil, "SHA256", nil), "SHA256")
    static let sha384 = Fetched(EVP_MD_fetch(nil, "SHA384", nil), "SHA384")
    static let sha512 = Fetched(EVP_MD_fetch(nil, "SHA512", nil), "SHA512")
    static let aes128GCM = Fetched(EVP_CIPHER_fetch(nil, "AES-128-GCM", nil), "AES-128-GCM")
    static let aes256GCM = Fetched(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")
    static let aes128CBC = Fetched(EVP_CIPHER_fetch(nil, "AES-128-CBC", nil), "AES-128-CBC")
    static let aes128Block = Fetched(EVP_CIPHER_fetch(nil, "AES-128-ECB", nil), "AES-128-ECB")
    static let aes256Block = Fetched(EVP_CIPHER_fetch(nil, "AES-256-ECB", nil), "AES-256-ECB")
    /// HMAC contexts with their digest chosen and no key: a copy of one is cheaper than choosing again.
    static let hmacSHA256 = Fetched(hmacTemplate("SHA256"), "HMAC-SHA256")
    static let hmacSHA384 = Fetched(hmacTemplate("SHA384"), "HMAC-SHA384")
    static let hmacSHA512 = Fetched(hmacTemplate("SHA512"), "HMAC-SHA512")

    private static func hmacTemplate(_ digest: StaticString) -> OpaquePointer? {
        guard let mac = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(mac) else { return nil }
        EVP_MAC_free(mac)
        let status = Parameter.withList([Parameter("digest", text: digest)]) { EVP_MAC_CTX_set_params(context, $0) }
        return status == 1 ? context : nil
    }
}
