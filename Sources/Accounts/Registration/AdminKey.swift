package import Cryptography

/// The one-time key that makes the first administrator.
package struct AdminKey: Sendable {
    /// Shown once; a store keeps its digest.
    package let text: String

    package init(random: some RandomSource) {
        text = "martlet_ak_" + Base64URL.encode(random.bytes(32))
    }

    package var digest: [UInt8] { Self.digest(text) }

    static func digest(_ text: String) -> [UInt8] { Hash.digest(text) }
}
