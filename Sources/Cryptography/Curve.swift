/// An elliptic curve for ECDSA (RFC 7518 §6.2.1.1, RFC 8812 §3.1).
package enum Curve: Sendable, Hashable, CaseIterable {
    case p256, p384, p521, secp256k1

    /// The length of a coordinate, and of each half of a signature, in bytes.
    package var coordinateSize: Int {
        switch self {
        case .p256, .secp256k1: 32
        case .p384: 48
        case .p521: 66
        }
    }

    var groupName: StaticString {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .secp256k1: "secp256k1"
        }
    }
}

/// What sort of key a key is.
package enum KeyKind: Sendable, Hashable {
    case ec(Curve)
    case ed25519
    /// The length of the modulus in bits.
    case rsa(bits: Int)
}
