import Cryptography
import JOSE
import Logging
import Synchronization
import Web

/// Looks at the files of the certificate and offers new connections what they hold now. What cannot be used changes nothing: the
/// certificate before it stays.
final class CertificateWatch: Sendable {
    /// How often to look.
    static let interval = Duration.seconds(2)
    /// When to say that a certificate runs out, in seconds before.
    private static let notice: Int64 = 7 * 86_400

    private let files: TLSFiles
    private let offer: @Sendable (CertifiedKey) throws -> Void
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        /// What was read, or why it could not be.
        enum Content: Equatable {
            case read(TLSFiles.Fingerprint)
            case unreadable(String)
        }

        /// What was offered, or found useless.
        var settled: Content
        var seen: Content
        /// Of the certificate that is offered: its last second.
        var notAfter: Int64
        var isNoticed = false
    }

    /// `identity` is what is offered now, read from `files`.
    init(
        _ files: TLSFiles,
        offering identity: CertifiedKey,
        logger: Logger,
        offer: @escaping @Sendable (CertifiedKey) throws -> Void
    ) {
        (self.files, self.logger, self.offer) = (files, logger, offer)
        let content = Self.content(of: files)
        state = Mutex(State(settled: content, seen: content, notAfter: identity.leaf.notAfter))
    }

    /// One look. Acts on what was the same at two of them: the two files do not change in one moment.
    func look(at now: Timestamp) {
        let content = Self.content(of: files)
        state.withLock { state in
            defer { notice(&state, now) }
            guard content == state.seen else { return state.seen = content }
            guard content != state.settled else { return }
            state.settled = content
            take(&state, now)
        }
    }

    private func take(_ state: inout State, _ now: Timestamp) {
        do {
            let identity = try files.load(at: now)
            try offer(identity)
            state.notAfter = identity.leaf.notAfter
            state.isNoticed = false
            logger.notice("certificate replaced", metadata: ["not_after": "\(TLSFiles.text(state.notAfter))"])
        } catch {
            logger.error(
                "the new certificate is not used, the one before it stays",
                metadata: ["error": "\(error)", "not_after": "\(TLSFiles.text(state.notAfter))"]
            )
        }
    }

    private func notice(_ state: inout State, _ now: Timestamp) {
        guard !state.isNoticed, now.seconds > state.notAfter - Self.notice else { return }
        state.isNoticed = true
        logger.warning(
            "the certificate runs out: renew it and replace \(files.certificate) and \(files.key)",
            metadata: ["not_after": "\(TLSFiles.text(state.notAfter))"]
        )
    }

    private static func content(of files: TLSFiles) -> State.Content {
        do {
            return .read(try files.fingerprint())
        } catch {
            return .unreadable("\(error)")
        }
    }
}
