import COpenSSL

extension CertifiedKey {
    /// What a self-signed certificate says.
    package struct SelfSignedTerms: Sendable {
        /// The hosts that it is for: names and addresses. The first is its subject too.
        package let hosts: [String]
        /// The first and the last second of its validity, since the start of 1970.
        package let validity: ClosedRange<Int64>

        package init(hosts: [String], validity: ClosedRange<Int64>) {
            (self.hosts, self.validity) = (hosts, validity)
        }
    }

    /// A fresh P-256 key whose certificate it signs itself, for nobody but who is told to trust it. `serial` makes it distinct: at
    /// most 20 bytes, the first of them 1 to 127 (RFC 5280 §4.1.2.2). Throws `generationFailed`.
    package static func selfSigned(_ terms: SelfSignedTerms, serial: [UInt8]) throws(CryptographyError) -> CertifiedKey
    {
        let key = try PrivateKey.generate(.ec(.p256))
        guard let handle = X509_new() else { throw .drained(.generationFailed, "X.509") }
        let isMade =
            X509_set_version(handle, 2) == 1 && setSerial(serial, handle) && setName(terms.hosts.first ?? "", handle)
            && ASN1_TIME_set(X509_getm_notBefore(handle), time_t(terms.validity.lowerBound)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(handle), time_t(terms.validity.upperBound)) != nil
            && X509_set_pubkey(handle, key.handle.pointer) == 1 && setExtensions(terms.hosts, handle)
            && X509_sign(handle, key.handle.pointer, Fetched.sha256.pointer) > 0
        guard isMade else {
            X509_free(handle)
            throw .drained(.generationFailed, "X.509")
        }
        return try CertifiedKey(chain: [Certificate(handle: handle)], key: key)
    }

    private static func setSerial(_ serial: [UInt8], _ certificate: OpaquePointer) -> Bool {
        guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else { return false }
        defer { BN_free(number) }
        return BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    private static func setName(_ host: String, _ certificate: OpaquePointer) -> Bool {
        guard let name = X509_get_subject_name(certificate) else { return false }
        return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, host, -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
    }

    /// A certificate of a server that vouches for no other.
    private static func setExtensions(_ hosts: [String], _ certificate: OpaquePointer) -> Bool {
        let names = hosts.map { (isAddress($0) ? "IP:" : "DNS:") + $0 }.joined(separator: ",")
        let extensions: [(Int32, String)] = [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"), (NID_subject_alt_name, names),
        ]
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
        return extensions.allSatisfy { identifier, value in
            guard let made = X509V3_EXT_conf_nid(nil, &context, identifier, value) else { return false }
            defer { X509_EXTENSION_free(made) }
            return X509_add_ext(certificate, made, -1) == 1
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        guard let octets = a2i_IPADDRESS(host) else { return false }
        ASN1_OCTET_STRING_free(octets)
        return true
    }
}
