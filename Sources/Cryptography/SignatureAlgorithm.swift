/// An asymmetric signature algorithm by its JOSE name (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2).
///
/// HMAC and `none` are no members, so that neither can be chosen where a public key verifies.
package enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case es256k = "ES256K"
    case edDSA = "EdDSA"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"

    /// Whether a key of this kind makes and checks signatures of this algorithm; each curve has exactly one.
    package func suits(_ kind: KeyKind) -> Bool {
        switch (self, kind) {
        case (.es256, .ec(.p256)), (.es384, .ec(.p384)), (.es512, .ec(.p521)), (.es256k, .ec(.secp256k1)): true
        case (.edDSA, .ed25519): true
        case (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa), (.ps256, .rsa), (.ps384, .rsa), (.ps512, .rsa): true
        default: false
        }
    }

    /// The digest that the algorithm signs; SHA-512 for EdDSA, which hashes by itself (and whose `at_hash` uses it).
    package var hash: HashAlgorithm {
        switch self {
        case .es256, .es256k, .rs256, .ps256: .sha256
        case .es384, .rs384, .ps384: .sha384
        case .es512, .rs512, .ps512, .edDSA: .sha512
        }
    }

    /// What a fresh key for the algorithm is; RSA ones have 2048 bits, the least that RFC 7518 §3.3 allows.
    package var freshKeyKind: KeyKind {
        switch self {
        case .es256: .ec(.p256)
        case .es384: .ec(.p384)
        case .es512: .ec(.p521)
        case .es256k: .ec(.secp256k1)
        case .edDSA: .ed25519
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa(bits: 2048)
        }
    }

    var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }
}
