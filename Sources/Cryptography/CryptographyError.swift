import COpenSSL

/// Why a cryptographic operation was refused. Never holds key or message bytes.
package struct CryptographyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        case invalidPoint, invalidKey, invalidPEM, unsupportedKey, weakKey, unsuitableAlgorithm
        case generationFailed, signingFailed, encryptionFailed, decryptionFailed, invalidLength
        case invalidCertificate, unmatchedKey
    }

    /// Which of the reasons it was.
    package let code: Code
    /// What OpenSSL reported, or an explanation of ours; for a log, never for a reply.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether nothing is left in this thread's error queue.
    static var isQueueEmpty: Bool { ERR_peek_error() == 0 }

    package var description: String { "\(code.rawValue): \(detail)" }

    /// An error with the text of everything in OpenSSL's error queue, which is empty afterwards: a leftover would be
    /// blamed on the next operation of the same thread.
    static func drained(_ code: Code, _ context: String) -> CryptographyError {
        var reasons: [String] = []
        while case let error = ERR_get_error(), error != 0 {
            if let reason = ERR_reason_error_string(error) { reasons.append(String(cString: reason)) }
        }
        return CryptographyError(code, reasons.isEmpty ? context : context + ": " + reasons.joined(separator: ", "))
    }
}
