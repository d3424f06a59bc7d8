package import Cryptography

/// A secret of 32 bytes for `v4.local`. No other token and no other purpose takes it, and it does not print itself.
package struct LocalKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The length of a key in bytes.
    package static let size = 32

    let bytes: [UInt8]

    /// A key of exactly 32 bytes; any other length throws `unsuitableKey`.
    package init(_ bytes: [UInt8]) throws(PASETOError) {
        guard bytes.count == LocalKey.size else { throw .unsuitableKey }
        self.bytes = bytes
    }

    /// A fresh key.
    package init(random: any RandomSource) { bytes = random.bytes(LocalKey.size) }

    package var description: String { "LocalKey" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The keys of one token (PASETO version 4, "Encrypt" steps 4 and 5).
    func derived(nonce: [UInt8]) throws(CryptographyError) -> Derived {
        var both = try BLAKE2b.digest("paseto-encryption-key".utf8 + nonce, key: bytes, size: 56)
        defer { wipe(&both) }
        let authentication = try BLAKE2b.digest("paseto-auth-key-for-aead".utf8 + nonce, key: bytes, size: 32)
        return Derived(
            encryption: Array(both[..<32]),
            encryptionNonce: Array(both[32...]),
            authentication: authentication
        )
    }

    struct Derived {
        var encryption, encryptionNonce, authentication: [UInt8]

        mutating func wipeAll() {
            wipe(&encryption)
            wipe(&encryptionNonce)
            wipe(&authentication)
        }
    }
}
