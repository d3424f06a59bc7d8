import COpenSSL

/// What a private key consists of; integers are big-endian.
package enum PrivateParameters: Sendable {
    /// The scalar at the curve's full length.
    case ec(scalar: [UInt8])
    /// The 32 bytes of RFC 8032 §5.1.5.
    case ed25519(seed: [UInt8])
    /// The members of RFC 7518 §6.3.2, without leading zeros.
    case rsa(RSAPrivateNumbers)
}

/// The private numbers of an RSA key (RFC 7518 §6.3.2).
package struct RSAPrivateNumbers: Sendable {
    package let d, p, q, dp, dq, qi: [UInt8]

    package init(d: [UInt8], p: [UInt8], q: [UInt8], dp: [UInt8], dq: [UInt8], qi: [UInt8]) {
        (self.d, self.p, self.q, self.dp, self.dq, self.qi) = (d, p, q, dp, dq, qi)
    }
}

/// A key that signs. It has no textual form other than `pkcs8PEM()`.
package final class PrivateKey: Sendable {
    /// The public half.
    package let publicKey: PublicKey
    let handle: KeyHandle
    let contexts: PreparedContexts

    /// Curve or family.
    package var kind: KeyKind { publicKey.kind }

    init(handle: KeyHandle) throws(CryptographyError) {
        self.handle = handle
        publicKey = try PublicKey(of: handle)
        contexts = PreparedContexts(handle, for: .signing)
    }

    /// A fresh key; an RSA modulus has 2048 to 4096 bits.
    package static func generate(_ kind: KeyKind) throws(CryptographyError) -> PrivateKey {
        let type: String
        switch kind {
        case .ec: type = "EC"
        case .ed25519: type = "ED25519"
        case .rsa(let bits):
            guard RSALimits.bits.contains(bits) else { throw CryptographyError(.weakKey, "RSA of \(bits) bits") }
            type = "RSA"
        }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
            throw .drained(.generationFailed, type)
        }
        defer { EVP_PKEY_CTX_free(context) }
        var ready = EVP_PKEY_keygen_init(context) == 1
        switch kind {
        case .ec(let curve): ready = ready && EVP_PKEY_CTX_set_group_name(context, "\(curve.groupName)") == 1
        case .rsa(let bits): ready = ready && EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1
        case .ed25519: break
        }
        var key: OpaquePointer?
        guard ready, EVP_PKEY_generate(context, &key) == 1, let key else { throw .drained(.generationFailed, type) }
        return try PrivateKey(handle: KeyHandle(key))
    }

    /// A key from its public half and its private numbers, which must belong together.
    package convenience init(
        publicKey: PublicKey,
        parameters: PrivateParameters
    ) throws(CryptographyError) {
        let handle: KeyHandle
        switch (publicKey.parameters, parameters) {
        case (.ec(let curve, let x, let y), .ec(let scalar)):
            guard scalar.count == curve.coordinateSize else {
                throw CryptographyError(.invalidLength, "the scalar is not \(curve.coordinateSize) bytes long")
            }
            handle = try KeyHandle.make(
                "EC",
                COpenSSL_KEYPAIR,
                [
                    Parameter("group", text: curve.groupName), Parameter("pub", octets: [4] + x + y),
                    Parameter("priv", integer: scalar),
                ]
            )
        case (.ed25519(let bytes), .ed25519(let seed)):
            handle = try PrivateKey.handle(seed: seed)
            guard case .ed25519(bytes) = try PublicKey(of: handle).parameters else {
                throw CryptographyError(.invalidKey, "the two halves differ")
            }
        case (.rsa(let n, let e), .rsa(let numbers)):
            handle = try KeyHandle.make("RSA", COpenSSL_KEYPAIR, numbers.parameters(modulus: n, exponent: e))
        default:
            throw CryptographyError(.invalidKey, "the halves are of different kinds")
        }
        try handle.checkPair()
        try self.init(handle: handle)
    }

    /// The private numbers, for writing the key down.
    package func parameters() throws(CryptographyError) -> PrivateParameters {
        switch kind {
        case .ec(let curve):
            return .ec(scalar: try handle.integer("priv", size: curve.coordinateSize))
        case .ed25519:
            return .ed25519(seed: try handle.raw(EVP_PKEY_get_raw_private_key))
        case .rsa:
            return .rsa(
                RSAPrivateNumbers(
                    d: try handle.integer("d"),
                    p: try handle.integer("rsa-factor1"),
                    q: try handle.integer("rsa-factor2"),
                    dp: try handle.integer("rsa-exponent1"),
                    dq: try handle.integer("rsa-exponent2"),
                    qi: try handle.integer("rsa-coefficient1")
                )
            )
        }
    }

    private static func handle(seed: [UInt8]) throws(CryptographyError) -> KeyHandle {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else {
            throw .drained(.invalidKey, "Ed25519")
        }
        return KeyHandle(key)
    }
}

extension RSAPrivateNumbers {
    func parameters(modulus: [UInt8], exponent: [UInt8]) -> [Parameter] {
        [
            Parameter("n", integer: modulus), Parameter("e", integer: exponent), Parameter("d", integer: d),
            Parameter("rsa-factor1", integer: p), Parameter("rsa-factor2", integer: q),
            Parameter("rsa-exponent1", integer: dp), Parameter("rsa-exponent2", integer: dq),
            Parameter("rsa-coefficient1", integer: qi),
        ]
    }
}

extension PublicKey {
    /// The public half of any key that OpenSSL holds, rebuilt from its numbers so that all checks apply to it.
    convenience init(of handle: KeyHandle) throws(CryptographyError) {
        if EVP_PKEY_is_a(handle.pointer, "EC") == 1 {
            let curve = try handle.curve()
            let x = try handle.integer("qx", size: curve.coordinateSize)
            try self.init(curve: curve, x: x, y: try handle.integer("qy", size: curve.coordinateSize))
        } else if EVP_PKEY_is_a(handle.pointer, "ED25519") == 1 {
            try self.init(ed25519: try handle.raw(EVP_PKEY_get_raw_public_key))
        } else if EVP_PKEY_is_a(handle.pointer, "RSA") == 1 {
            try self.init(rsaModulus: try handle.integer("n"), exponent: try handle.integer("e"))
        } else {
            throw .drained(.unsupportedKey, "neither EC, Ed25519 nor RSA")
        }
    }
}

extension KeyHandle {
    /// Refuses a pair whose halves do not belong together.
    func checkPair() throws(CryptographyError) {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { throw .drained(.invalidKey, "pair") }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_pairwise_check(context) == 1 else { throw .drained(.invalidKey, "the two halves differ") }
    }

    /// The 32 bytes of an Ed25519 key's half.
    func raw(
        _ read: (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?) -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        var length = 32
        let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            count = read(pointer, buffer.baseAddress, &length) == 1 ? length : 0
        }
        guard bytes.count == 32 else { throw .drained(.invalidKey, "Ed25519") }
        return bytes
    }
}
