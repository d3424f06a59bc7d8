package import Cryptography

/// A `v4.public` token: readable, and signed with Ed25519 (PASETO version 4).
package struct PublicToken: Sendable {
    private static let header: StaticString = "v4.public."
    private static let signatureSize = 64

    /// What the token carries beside its message; not to be believed before `verify` has returned, but good for
    /// finding the key.
    package let footer: [UInt8]
    private let message, signature: [UInt8]

    /// Takes a text apart. Throws `tooLong`, `foreignHeader` or `malformed`.
    package init(parsing text: String) throws(PASETOError) {
        let envelope = try Envelope(text, header: PublicToken.header)
        guard envelope.payload.count >= PublicToken.signatureSize else { throw .malformed }
        footer = envelope.footer
        message = Array(envelope.payload.dropLast(PublicToken.signatureSize))
        signature = Array(envelope.payload.suffix(PublicToken.signatureSize))
    }

    /// The message. Throws `unsuitableKey` for a key that is no Ed25519 key, `rejected` unless key, footer and implicit
    /// assertion are those that the token was made with.
    package func verify(with key: PublicKey, implicitAssertion: [UInt8] = []) throws(PASETOError) -> [UInt8] {
        guard key.kind == .ed25519 else { throw .unsuitableKey }
        let signed = PublicToken.signed(message, footer, implicitAssertion)
        guard key.verifies(signature, of: signed, using: .edDSA) else { throw .rejected }
        return message
    }

    /// The text of a token. `footer` is readable and signed, `implicitAssertion` is signed and not part of the token.
    /// Throws `unsuitableKey` for a key that is no Ed25519 key, `tooLong`.
    package static func sign(
        _ message: [UInt8],
        with key: PrivateKey,
        footer: [UInt8] = [],
        implicitAssertion: [UInt8] = []
    ) throws(PASETOError) -> String {
        guard key.kind == .ed25519,
            let signature = try? key.sign(signed(message, footer, implicitAssertion), using: .edDSA)
        else { throw .unsuitableKey }
        return try Envelope.text(header: header, payload: message + signature, footer: footer)
    }

    private static func signed(_ message: [UInt8], _ footer: [UInt8], _ implicitAssertion: [UInt8]) -> [UInt8] {
        PreAuthenticationEncoding.encode([header.bytes, message, footer, implicitAssertion])
    }
}
