import COpenSSL

/// What a public key consists of; integers are big-endian.
package enum PublicParameters: Sendable, Equatable {
    /// Both coordinates at their full length.
    case ec(curve: Curve, x: [UInt8], y: [UInt8])
    /// The 32 bytes of RFC 8032 §5.1.5.
    case ed25519([UInt8])
    /// Without leading zeros.
    case rsa(modulus: [UInt8], exponent: [UInt8])
}

/// A public key that verifies signatures: checked once when it is made, then used by any number of threads.
package final class PublicKey: Sendable {
    /// Curve or family.
    package let kind: KeyKind
    /// The numbers of the key.
    package let parameters: PublicParameters
    let handle: KeyHandle
    let contexts: PreparedContexts

    private init(kind: KeyKind, parameters: PublicParameters, handle: KeyHandle) {
        self.kind = kind
        self.parameters = parameters
        self.handle = handle
        contexts = PreparedContexts(handle, for: .verifying)
    }

    /// A key from affine coordinates, each exactly `coordinateSize` bytes; the point must lie on the curve.
    package convenience init(curve: Curve, x: [UInt8], y: [UInt8]) throws(CryptographyError) {
        guard x.count == curve.coordinateSize, y.count == curve.coordinateSize else {
            throw CryptographyError(.invalidLength, "a coordinate is not \(curve.coordinateSize) bytes long")
        }
        let handle = try PublicKey.handle(curve: curve, point: [4] + x + y)
        self.init(kind: .ec(curve), parameters: .ec(curve: curve, x: x, y: y), handle: handle)
    }

    /// A key from a SEC 1 §2.3.3 point, compressed or not. Infinity, the hybrid form, a wrong length and a point off
    /// the curve are refused.
    package convenience init(sec1: [UInt8], curve: Curve) throws(CryptographyError) {
        let size = curve.coordinateSize
        switch (sec1.first, sec1.count) {
        case (4, 1 + 2 * size):
            try self.init(curve: curve, x: Array(sec1[1...size]), y: Array(sec1[(size + 1)...]))
        case (2, 1 + size), (3, 1 + size):
            let handle = try PublicKey.handle(curve: curve, point: sec1)
            let x = try handle.integer("qx", size: size)
            let y = try handle.integer("qy", size: size)
            self.init(kind: .ec(curve), parameters: .ec(curve: curve, x: x, y: y), handle: handle)
        default:
            throw CryptographyError(.invalidPoint, "no point of this curve in compressed or uncompressed form")
        }
    }

    /// An Ed25519 key of 32 bytes; the points of small order, under which anybody can sign, are refused.
    package convenience init(ed25519 bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == 32 else { throw CryptographyError(.invalidLength, "an Ed25519 key has 32 bytes") }
        guard !SmallOrder.contains(bytes) else { throw CryptographyError(.weakKey, "a point of small order") }
        guard let key = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            throw .drained(.invalidKey, "Ed25519")
        }
        self.init(kind: .ed25519, parameters: .ed25519(bytes), handle: KeyHandle(key))
    }

    /// An RSA key of 2048 to 4096 bits with an odd exponent of 65537 to 2^32-1; leading zeros are dropped. An even
    /// modulus and moduli with the ROCA fingerprint (CVE-2017-15361) are refused.
    package convenience init(rsaModulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        let modulus = Array(rsaModulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = try RSALimits.check(modulus: modulus, exponent: exponent)
        let handle = try KeyHandle.make(
            "RSA",
            COpenSSL_PUBLIC_KEY,
            [Parameter("n", integer: modulus), Parameter("e", integer: exponent)]
        )
        self.init(kind: .rsa(bits: bits), parameters: .rsa(modulus: modulus, exponent: exponent), handle: handle)
    }

    /// The uncompressed SEC 1 point; nil unless the key is on an elliptic curve for ECDSA.
    package var sec1Uncompressed: [UInt8]? {
        if case .ec(_, let x, let y) = parameters { [4] + x + y } else { nil }
    }

    private static func handle(curve: Curve, point: [UInt8]) throws(CryptographyError) -> KeyHandle {
        do {
            return try KeyHandle.make(
                "EC",
                COpenSSL_PUBLIC_KEY,
                [Parameter("group", text: curve.groupName), Parameter("pub", octets: point)]
            )
        } catch {
            throw CryptographyError(.invalidPoint, error.detail)
        }
    }
}
