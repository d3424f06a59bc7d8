#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes each message as `<messageID>.eml` into a folder, readable by the owner alone: the mailbox of a development
/// server. A message sent twice replaces its file.
package struct FolderCarrier: Sendable {
    private let folder: String
    private let text: MessageText

    /// - Parameters:
    ///   - folder: made (0700) at the first message if it is not there; its parent must exist.
    ///   - sender: the address in `From:`.
    package init(folder: String, sender: String, senderName: String? = nil) {
        self.folder = folder
        text = MessageText(sender: sender, senderName: senderName)
    }

    /// The file has its whole text, or is not there under its name.
    package func send(_ message: OutgoingMessage) async throws(DeliveryError) {
        let bytes = try text.bytes(of: message)
        mkdir(folder, 0o700)
        let unfinished = "\(folder)/.\(message.messageID).unfinished"
        try write(bytes, to: unfinished)
        guard rename(unfinished, "\(folder)/\(message.messageID).eml") == 0 else { throw failure("rename") }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(DeliveryError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("open") }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.write(file, bytes.baseAddress! + written, bytes.count - written)
                #elseif canImport(Musl)
                Musl.write(file, bytes.baseAddress! + written, bytes.count - written)
                #else
                Darwin.write(file, bytes.baseAddress! + written, bytes.count - written)
                #endif
            }
            guard count > 0 else { throw failure("write") }
            written += count
        }
    }

    private func failure(_ call: String) -> DeliveryError {
        DeliveryError(.transient, reason: "\(call) in the mail folder: \(String(cString: strerror(errno)))")
    }
}
