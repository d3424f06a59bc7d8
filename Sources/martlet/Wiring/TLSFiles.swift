import Cryptography
import JOSE

/// The files of the server's certificate and its key, as an operator keeps them.
struct TLSFiles: Sendable {
    /// The path of the certificates in PEM, the server's own first.
    let certificate: String
    /// The path of its private key in PEM.
    let key: String

    /// What the two files hold, to tell whether it changed.
    struct Fingerprint: Equatable {
        fileprivate let digests: [[UInt8]]
    }

    /// The fingerprint of what is there now. Throws `ConfigurationError` when a file cannot be read.
    func fingerprint() throws(ConfigurationError) -> Fingerprint {
        let files = [try file(certificate, of: "certificates"), try file(key, of: "a private key")]
        return Fingerprint(digests: files.map { Hash.digest($0.bytes) })
    }

    /// Reads both, and checks what can be checked before a client does. Throws `ConfigurationError`.
    func load(at now: Timestamp) throws(ConfigurationError) -> CertifiedKey {
        let chain = try certificates()
        let key = try privateKey()
        guard let identity = try? CertifiedKey(chain: chain, key: key) else {
            throw ConfigurationError(
                "the private key in \(self.key) is not the one of the first certificate in \(certificate): "
                    + "give those that were issued together"
            )
        }
        let leaf = identity.leaf
        guard now.seconds <= leaf.notAfter else {
            throw ConfigurationError(
                "the certificate in \(certificate) ran out at \(Self.text(leaf.notAfter)): renew it"
            )
        }
        guard now.seconds >= leaf.notBefore else {
            throw ConfigurationError(
                "the certificate in \(certificate) holds from \(Self.text(leaf.notBefore)) on: look at this machine's clock"
            )
        }
        return identity
    }

    /// Seconds since the start of 1970, for people.
    static func text(_ seconds: Int64) -> String { SystemClock.text(Timestamp(seconds: seconds)) }

    private func certificates() throws(ConfigurationError) -> [Certificate] {
        let text = String(decoding: try file(certificate, of: "certificates").bytes, as: UTF8.self)
        do {
            return try Certificate.chain(pem: text)
        } catch {
            throw ConfigurationError(
                "\(certificate) does not hold certificates in PEM (-----BEGIN CERTIFICATE-----): \(error.detail)"
            )
        }
    }

    private func privateKey() throws(ConfigurationError) -> PrivateKey {
        let file = try file(key, of: "a private key")
        // A group may read it, as that of Debian's ssl-cert does.
        guard !file.isOpen(to: 0o027) else {
            throw ConfigurationError("\(key) is open to other users of this machine: run chmod 640 \(key), or 600")
        }
        let text = String(decoding: file.bytes, as: UTF8.self)
        guard !text.contains("ENCRYPTED") else {
            throw ConfigurationError(
                "the private key in \(key) has a password: write it without one, openssl pkey -in \(key) -out NEW"
            )
        }
        do {
            return try PrivateKey.read(pem: text)
        } catch {
            throw ConfigurationError(
                "\(key) does not hold one private key in PEM that can be used "
                    + "(EC, RSA of 2048 to 4096 bits, or Ed25519): \(error.detail)"
            )
        }
    }

    private func file(_ path: String, of content: String) throws(ConfigurationError) -> PlainFile {
        guard let file = try PlainFile(path, of: content) else { throw ConfigurationError("\(path) is not there") }
        return file
    }
}
