package import Cryptography
package import JOSE

/// The folder where a development server keeps the certificate that it makes itself, `tls-self-signed.pem`, and its key,
/// `tls-self-signed.key` (mode 0600). Throws `KeyFolderError`.
package struct SelfSignedFolder: Sendable {
    private let folder: PrivateFolder

    private static let (certificateName, keyName) = ("tls-self-signed.pem", "tls-self-signed.key")
    /// Seconds that a certificate holds; browsers take none of more than 398 days.
    private static let lifetime: Int64 = 365 * 86_400
    /// Seconds that a kept one must still hold.
    private static let remainder: Int64 = 30 * 86_400

    /// For whom it is.
    private static let hosts = ["localhost", "127.0.0.1", "::1"]

    package init(_ path: String) {
        folder = PrivateFolder(path)
    }

    /// The path of the certificate.
    package var certificate: String { folder.path(of: Self.certificateName) }
    /// The path of its key.
    package var key: String { folder.path(of: Self.keyName) }

    /// Makes both where they are missing, do not belong together, or run out within a month.
    package func prepare(random: any RandomSource, at now: Timestamp) throws {
        try folder.make()
        guard !isUsable(at: now) else { return }
        let terms = CertifiedKey.SelfSignedTerms(
            hosts: Self.hosts,
            // A client's clock may be a little behind.
            validity: (now.seconds - 3600)...(now.seconds + Self.lifetime)
        )
        let made = try CertifiedKey.selfSigned(terms, serial: [1] + random.bytes(15))
        for name in try folder.names() where [Self.certificateName, Self.keyName].contains(name) {
            try folder.remove(name)
        }
        try folder.write(Array(try made.key.pkcs8PEM().utf8), to: Self.keyName)
        try folder.write(Array(made.leaf.pem.utf8), to: Self.certificateName)
    }

    private func isUsable(at now: Timestamp) -> Bool {
        guard let chain = try? folder.read(Self.certificateName), let key = try? folder.read(Self.keyName),
            let kept = try? CertifiedKey(
                chain: Certificate.chain(pem: String(decoding: chain, as: UTF8.self)),
                key: PrivateKey(pkcs8PEM: String(decoding: key, as: UTF8.self))
            )
        else { return false }
        return kept.leaf.notBefore <= now.seconds && now.seconds + Self.remainder <= kept.leaf.notAfter
    }
}
