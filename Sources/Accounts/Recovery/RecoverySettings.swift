import JOSE

/// What an operator decides about mailed one-time tokens.
package struct RecoverySettings: Sendable {
    static let hour: Int64 = 3600
    /// How long a link to a new password works, in seconds.
    package var recoveryLifetime: Int64 = 3600
    /// How long a link that confirms an address works, in seconds.
    package var confirmationLifetime: Int64 = 86_400
    /// Recovery mails an hour; nil for no limit.
    package var recoveryMails: AskingLimits? = AskingLimits(perEmail: 3)
    /// Confirmation mails an hour; nil for no limit.
    package var confirmationMails: AskingLimits? = AskingLimits()

    package init() {}
}

/// Why no mail was sent.
package enum RecoveryError: Error, Sendable, Equatable {
    /// Asked too often; `wait` in seconds.
    case limited(wait: Int64)

    /// Wait until an hour has passed since `oldest`.
    static func limited(since oldest: Timestamp, at now: Timestamp) -> RecoveryError {
        .limited(wait: max(1, oldest.seconds + RecoverySettings.hour - now.seconds))
    }
}
