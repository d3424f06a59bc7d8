import COpenSSL

/// A member of the SHA-2 family (FIPS 180-4).
package enum HashAlgorithm: Sendable, Hashable, CaseIterable {
    case sha256, sha384, sha512

    /// The length of a digest in bytes.
    package var digestSize: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var name: StaticString {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    /// OpenSSL's implementation, fetched once: an implicit fetch costs more than hashing a short message.
    var implementation: OpaquePointer {
        switch self {
        case .sha256: Fetched.sha256.pointer
        case .sha384: Fetched.sha384.pointer
        case .sha512: Fetched.sha512.pointer
        }
    }
}

/// One-shot digests.
package enum Hash {
    /// The digest of `bytes`, `digestSize` bytes long.
    package static func digest(_ bytes: [UInt8], using algorithm: HashAlgorithm = .sha256) -> [UInt8] {
        bytes.withUnsafeBytes { digest($0, using: algorithm) }
    }

    /// The digest of a slice.
    package static func digest(_ bytes: ArraySlice<UInt8>, using algorithm: HashAlgorithm = .sha256) -> [UInt8] {
        bytes.withUnsafeBytes { digest($0, using: algorithm) }
    }

    /// The digest of a text's UTF-8 bytes.
    package static func digest(_ text: String, using algorithm: HashAlgorithm = .sha256) -> [UInt8] {
        var text = text
        return text.withUTF8 { digest(UnsafeRawBufferPointer($0), using: algorithm) }
    }

    static func digest(_ bytes: UnsafeRawBufferPointer, using algorithm: HashAlgorithm) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.digestSize) { buffer, count in
            digest(bytes, using: algorithm, into: buffer.baseAddress!)
            count = algorithm.digestSize
        }
    }

    static func digest(
        _ bytes: UnsafeRawBufferPointer,
        using algorithm: HashAlgorithm,
        into output: UnsafeMutablePointer<UInt8>
    ) {
        let status = EVP_Digest(bytes.baseAddress, bytes.count, output, nil, algorithm.implementation, nil)
        precondition(status == 1, "the digest of a message in memory cannot fail")
    }
}
