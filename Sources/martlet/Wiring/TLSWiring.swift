import Cryptography
import JOSE
import Logging
import ServiceLifecycle
import Storage
import Web

/// TLS in the process, when it is wanted: what the listener offers, and what keeps that up to date.
struct TLSWiring {
    let context: TLSContext
    /// Looks for a new certificate while the server runs.
    let service: any Service

    /// nil when the server speaks plain HTTP. Throws `ConfigurationError`, and `KeyFolderError` for a folder where no certificate can
    /// be made.
    init?(_ configuration: ServerConfiguration, random: any RandomSource, at now: Timestamp, logger: Logger) throws {
        guard let files = try Self.files(configuration, random: random, at: now) else { return nil }
        let identity = try files.load(at: now)
        let context = try Self.context(for: identity, files)
        if let host = configuration.issuerHost, !identity.leaf.isFor(host) {
            logger.warning(
                "the certificate in \(files.certificate) is not for \(host), the host of --issuer: clients will refuse it"
            )
        }
        let watch = CertificateWatch(files, offering: identity, logger: logger, offer: context.replace)
        self.context = context
        service = Periodically(every: CertificateWatch.interval, logger: logger) { watch.look(at: SystemClock.now()) }
    }

    /// Where the certificate is; one that the server makes itself is there afterwards.
    static func files(
        _ configuration: ServerConfiguration,
        random: any RandomSource,
        at now: Timestamp
    ) throws -> TLSFiles? {
        switch configuration.tls {
        case .off: return nil
        case .files(let certificate, let key): return TLSFiles(certificate: certificate, key: key)
        case .selfSigned:
            let folder = SelfSignedFolder(configuration.dataFolder)
            try folder.prepare(random: random, at: now)
            return TLSFiles(certificate: folder.certificate, key: folder.key)
        }
    }

    private static func context(
        for identity: CertifiedKey,
        _ files: TLSFiles
    ) throws(ConfigurationError) -> TLSContext {
        do {
            return try TLSContext(identity)
        } catch {
            throw ConfigurationError("\(files.certificate) and \(files.key) cannot be used for TLS: \(error)")
        }
    }
}
