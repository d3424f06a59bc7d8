package import Cryptography
import NIOCore
import NIOSSL
import Synchronization

/// What new connections are offered: TLS 1.3, and 1.2 with ephemeral keys and authenticated encryption alone (RFC 9325 §4.2), over
/// a certificate that may be replaced while the server runs. A connection keeps the one that it began with.
package final class TLSContext: Sendable {
    private let current: Mutex<NIOSSLContext>

    /// Throws what `NIOSSL` says of a certificate or key that it cannot use.
    package init(_ identity: CertifiedKey) throws {
        current = Mutex(try Self.context(for: identity))
    }

    /// Offers another certificate from now on. Throws like `init`, and then nothing has changed.
    package func replace(with identity: CertifiedKey) throws {
        let context = try Self.context(for: identity)
        current.withLock { $0 = context }
    }

    /// For the next connection.
    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: current.withLock { $0 })
    }

    private static func context(for identity: CertifiedKey) throws -> NIOSSLContext {
        let key = try NIOSSLPrivateKey(bytes: Array(try identity.key.pkcs8PEM().utf8), format: .pem)
        let chain = try identity.chain.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv13
        configuration.cipherSuiteValues = ciphers
        configuration.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
        configuration.signingSignatureAlgorithms = signatures
        configuration.certificateVerification = .none
        configuration.renegotiationSupport = .none
        configuration.applicationProtocols = ["h2", "http/1.1"]
        // A peer that is to be gone does not get long to say good-bye.
        configuration.shutdownTimeout = .seconds(2)
        return try NIOSSLContext(configuration: configuration)
    }

    /// Of TLS 1.2; those of 1.3 are all of this kind.
    private static let ciphers: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// No SHA-1 (RFC 9155).
    private static let signatures: [NIOSSL.SignatureAlgorithm] = [
        .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ecdsaSecp521R1Sha512, .ed25519, .rsaPssRsaeSha256,
        .rsaPssRsaeSha384, .rsaPssRsaeSha512, .rsaPkcs1Sha256, .rsaPkcs1Sha384, .rsaPkcs1Sha512,
    ]
}
