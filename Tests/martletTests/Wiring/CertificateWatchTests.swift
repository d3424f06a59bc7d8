import Cryptography
import JOSE
import Logging
import Synchronization
import TestSupport
import Testing

@testable import martlet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The certificate's files, changed under the eyes of a server.
struct CertificateWatchTests {
    private let folder: ScratchFolder
    private let files: TLSFiles
    private static let now = Timestamp(seconds: 1_900_000_000)

    init() throws {
        folder = try ScratchFolder()
        files = TLSFiles(certificate: folder.path("c.pem"), key: folder.path("k.pem"))
    }

    private func issue(begins: Int64 = -1, ends: Int64 = 90) throws -> CertifiedKey {
        let day: Int64 = 86_400
        let validity = (Self.now.seconds + begins * day)...(Self.now.seconds + ends * day)
        return try CertifiedKey.selfSigned(.init(hosts: ["id.test"], validity: validity), serial: [1])
    }

    private func write(_ certificate: CertifiedKey, _ key: CertifiedKey? = nil) throws {
        try folder.write(certificate.leaf.pem, to: "c.pem")
        try folder.write(try (key ?? certificate).key.pkcs8PEM(), to: "k.pem")
    }

    /// A watch over what is there now, what it offered, and what it said.
    private func watch(refusing: Bool = false) throws -> (CertificateWatch, Offers) {
        let offers = Offers(refuses: refusing)
        let logger = Logger(label: "test") { _ in OffersLog(offers) }
        let identity = try files.load(at: Self.now)
        return (CertificateWatch(files, offering: identity, logger: logger, offer: offers.take), offers)
    }

    /// Looks twice, as much as a change needs.
    private func look(_ watch: CertificateWatch, at time: Timestamp = now) {
        for _ in 0..<2 { watch.look(at: time) }
    }

    @Test func `nothing happens while nothing changes`() throws {
        try write(try issue())
        let (watch, offers) = try watch()
        for _ in 0..<5 { look(watch) }
        #expect(offers.seen.isEmpty && offers.lines.isEmpty)
        try write(try files.load(at: Self.now))
        look(watch)
        #expect(offers.seen.isEmpty, "the same, written again, is no change")
    }

    @Test func `a new pair is offered at the second look, once`() throws {
        try write(try issue())
        let (watch, offers) = try watch()
        let next = try issue()
        try write(next)
        watch.look(at: Self.now)
        #expect(offers.seen.isEmpty, "the other file may still be on its way")
        watch.look(at: Self.now)
        #expect(offers.seen == [next.leaf.der])
        for _ in 0..<3 { look(watch) }
        #expect(offers.seen.count == 1)
        #expect(offers.lines == ["notice: certificate replaced"])
    }

    @Test func `what cannot be used is said once, and the next good one is taken`() throws {
        let first = try issue()
        try write(first)
        let (watch, offers) = try watch()
        let broken: [() throws -> Void] = [
            { try write(try issue(), first) }, { try folder.write("x", to: "c.pem") },
            { try write(try issue(begins: -9, ends: -1)) }, { try write(try issue(begins: 1)) },
            { chmod(files.key, 0o644) }, { unlink(files.certificate) },
        ]
        for (index, spoil) in broken.enumerated() {
            try write(first)
            look(watch)
            let said = offers.lines.count
            try spoil()
            // Permissions are no content; a server that starts would refuse them.
            for _ in 0..<3 { look(watch) }
            #expect(offers.lines.count - said == (index == 4 ? 0 : 1), "\(index)")
        }
        let good = try issue()
        try write(good)
        look(watch)
        #expect(offers.seen.last == good.leaf.der)
        #expect(offers.lines.filter { $0.hasPrefix("error") }.count == 5)
    }

    @Test func `what TLS refuses changes nothing either`() throws {
        try write(try issue())
        let (watch, offers) = try watch(refusing: true)
        try write(try issue())
        look(watch)
        #expect(offers.lines == ["error: the new certificate is not used, the one before it stays"])
    }

    @Test(arguments: [(82, 0), (84, 1), (91, 1)])
    func `a certificate that runs out within a week is warned of once`(days: Int64, warnings: Int) throws {
        try write(try issue())
        let (watch, offers) = try watch()
        for _ in 0..<3 { look(watch, at: Self.now + days * 86_400) }
        #expect(offers.lines.filter { $0.hasPrefix("warning: the certificate runs out") }.count == warnings)
    }

    @Test(arguments: [
        (mode_t(0o600), true), (0o400, true), (0o640, true), (0o440, true), (0o644, false), (0o604, false),
        (0o660, false), (0o620, false), (0o602, false), (0o641, false),
    ])
    func `a key is for its owner and a group that reads`(mode: mode_t, isTaken: Bool) throws {
        try write(try issue())
        chmod(files.key, mode)
        guard !isTaken else { return _ = try files.load(at: Self.now) }
        let failure = #expect(throws: ConfigurationError.self) { try files.load(at: Self.now) }
        #expect(failure?.description.contains("chmod 640 \(files.key)") == true)
    }
}

/// Takes what a watch offers, and what it says.
private final class Offers: Sendable {
    private let state = Mutex<(seen: [[UInt8]], lines: [String])>(([], []))
    private let refuses: Bool

    struct Refused: Error {}

    init(refuses: Bool) {
        self.refuses = refuses
    }

    /// The certificates, in DER.
    var seen: [[UInt8]] { state.withLock(\.seen) }
    var lines: [String] { state.withLock(\.lines) }

    func take(_ identity: CertifiedKey) throws {
        if refuses { throw Refused() }
        state.withLock { $0.seen.append(identity.leaf.der) }
    }

    func keep(_ line: String) {
        state.withLock { $0.lines.append(line) }
    }
}

private struct OffersLog: LogHandler {
    let offers: Offers
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    init(_ offers: Offers) {
        self.offers = offers
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        offers.keep("\(event.level): \(event.message)")
    }
}
