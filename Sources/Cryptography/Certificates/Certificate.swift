import COpenSSL

/// An X.509 certificate (RFC 5280).
///
/// Unchecked: the handle is never changed once it is here.
package final class Certificate: @unchecked Sendable {
    let handle: OpaquePointer
    /// As it is sent.
    package let der: [UInt8]
    /// The first second of its validity, since the start of 1970.
    package let notBefore: Int64
    /// The last second of its validity, since the start of 1970.
    package let notAfter: Int64

    /// Takes `handle` over. Throws `invalidCertificate`.
    init(handle: OpaquePointer) throws(CryptographyError) {
        self.handle = handle
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(handle, &encoded)
        guard length > 0, let encoded, let start = Self.seconds(X509_get0_notBefore(handle)),
            let end = Self.seconds(X509_get0_notAfter(handle))
        else {
            COpenSSL_free(encoded)
            X509_free(handle)
            throw .drained(.invalidCertificate, "X.509")
        }
        der = Array(UnsafeBufferPointer(start: encoded, count: Int(length)))
        COpenSSL_free(encoded)
        (notBefore, notAfter) = (start, end)
    }

    deinit {
        X509_free(handle)
    }

    /// Reads one in DER. Throws `invalidCertificate`.
    package convenience init(der: [UInt8]) throws(CryptographyError) {
        let handle = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let handle = d2i_X509(nil, &cursor, buffer.count)
            guard cursor == buffer.baseAddress.map({ $0 + buffer.count }) else {
                X509_free(handle)
                return OpaquePointer?.none
            }
            return handle
        }
        guard let handle else { throw .drained(.invalidCertificate, "X.509") }
        try self.init(handle: handle)
    }

    /// Reads the `CERTIFICATE` blocks of a file, whatever stands between them (RFC 7468 §5). Throws `invalidCertificate`, also when
    /// there is none.
    package static func chain(pem text: String) throws(CryptographyError) -> [Certificate] {
        var chain: [Certificate] = []
        for der in try PEM.blocks(text, label: "CERTIFICATE") { chain.append(try Certificate(der: der)) }
        guard !chain.isEmpty else { throw CryptographyError(.invalidCertificate, "no CERTIFICATE block") }
        return chain
    }

    /// As a `CERTIFICATE` block.
    package var pem: String { PEM.encode(der, label: "CERTIFICATE") }

    /// Whether it is for this host: a name, or an address without brackets (RFC 9525).
    package func isFor(_ host: String) -> Bool {
        X509_check_ip_asc(handle, host, 0) == 1 || X509_check_host(handle, host, host.utf8.count, 0, nil) == 1
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
