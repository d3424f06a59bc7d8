package import Cryptography

/// A `v4.local` token: encrypted and authenticated under a secret (PASETO version 4).
package struct LocalToken: Sendable {
    private static let header: StaticString = "v4.local."
    private static let nonceSize = 32
    private static let tagSize = 32

    /// What the token carries in the clear; not to be believed before `decrypt` has returned, but good for finding the
    /// key.
    package let footer: [UInt8]
    private let nonce, ciphertext, tag: [UInt8]

    /// Takes a text apart. Throws `tooLong`, `foreignHeader` or `malformed`.
    package init(parsing text: String) throws(PASETOError) {
        let envelope = try Envelope(text, header: LocalToken.header)
        let payload = envelope.payload
        guard payload.count >= LocalToken.nonceSize + LocalToken.tagSize else { throw .malformed }
        footer = envelope.footer
        nonce = Array(payload.prefix(LocalToken.nonceSize))
        ciphertext = Array(payload[LocalToken.nonceSize..<(payload.count - LocalToken.tagSize)])
        tag = Array(payload.suffix(LocalToken.tagSize))
    }

    /// The message. Throws `rejected` unless key, footer and implicit assertion are those that the token was made with.
    package func decrypt(with key: LocalKey, implicitAssertion: [UInt8] = []) throws(PASETOError) -> [UInt8] {
        do {
            var keys = try key.derived(nonce: nonce)
            defer { keys.wipeAll() }
            let pieces = [LocalToken.header.bytes, nonce, ciphertext, footer, implicitAssertion]
            guard constantTimeEqual(tag, try LocalToken.tag(pieces, keys)) else { throw PASETOError.rejected }
            return try XChaCha20.xor(ciphertext, key: keys.encryption, nonce: keys.encryptionNonce)
        } catch { throw .rejected }
    }

    /// The text of a token. `footer` is readable and authenticated, `implicitAssertion` is authenticated and not part
    /// of the token. Throws `tooLong`.
    package static func encrypt(
        _ message: [UInt8],
        key: LocalKey,
        footer: [UInt8] = [],
        implicitAssertion: [UInt8] = [],
        random: any RandomSource
    ) throws(PASETOError) -> String {
        let nonce = random.bytes(nonceSize)
        let sealed: [UInt8]
        do {
            var keys = try key.derived(nonce: nonce)
            defer { keys.wipeAll() }
            let ciphertext = try XChaCha20.xor(message, key: keys.encryption, nonce: keys.encryptionNonce)
            sealed = ciphertext + (try tag([header.bytes, nonce, ciphertext, footer, implicitAssertion], keys))
        } catch { throw .unsuitableKey }
        return try Envelope.text(header: header, payload: nonce + sealed, footer: footer)
    }

    private static func tag(_ pieces: [[UInt8]], _ keys: LocalKey.Derived) throws(CryptographyError) -> [UInt8] {
        try BLAKE2b.digest(PreAuthenticationEncoding.encode(pieces), key: keys.authentication, size: tagSize)
    }
}
