package import Cryptography
package import JOSE

/// Encrypts the secrets that must be read back: those of `client_secret_jwt` clients (AES-256-GCM).
package struct SealingKey: Sendable {
    private static let nonceSize = 12
    private let key: [UInt8]

    /// `key` is 32 bytes.
    package init(_ key: [UInt8]) {
        precondition(key.count == 32, "a sealing key has 32 bytes")
        self.key = key
    }

    /// Nonce, ciphertext and tag; bound to the client, so that it opens for no other.
    package func seal(_ secret: [UInt8], for client: Client.ID, random: any RandomSource) throws -> [UInt8] {
        let nonce = random.bytes(Self.nonceSize)
        return try nonce
            + AESGCM.seal(secret, key: key, nonce: nonce, additionalData: Array(client.description.utf8))
    }

    /// A key of 32 bytes for another purpose; each purpose has its own, and none tells of the others.
    package func derivedKey(for purpose: StaticString) -> [UInt8] {
        HMAC.code(Array("martlet \(purpose)".utf8), key: key)
    }

    /// The secret that was sealed for `client`. Throws when it was sealed for another or under another key.
    package func open(_ sealed: [UInt8], for client: Client.ID) throws(JOSEError) -> [UInt8] {
        do {
            return try AESGCM.open(
                Array(sealed.dropFirst(Self.nonceSize)),
                key: key,
                nonce: Array(sealed.prefix(Self.nonceSize)),
                additionalData: Array(client.description.utf8)
            )
        } catch {
            throw JOSEError(.key, FailedCheck("sealed secret", expected: "one sealed by keys/", seen: "\(error)"))
        }
    }
}
