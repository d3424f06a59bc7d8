/// The box above a page's content that says what became of the last request.
package struct Alert: Sendable {
    /// What is wrong with one field.
    package struct Problem: Sendable {
        /// The id of the field.
        package let field: String
        package let text: String

        package init(_ field: String, _ text: String) {
            self.field = field
            self.text = text
        }
    }

    package let isError: Bool
    package let text: String
    package let problems: [Problem]

    /// Something went wrong; `problems` are the fields to mend.
    package static func error(_ text: String, _ problems: [Problem] = []) -> Alert {
        Alert(isError: true, text: text, problems: problems)
    }

    /// Something was done.
    package static func done(_ notice: Notice) -> Alert {
        Alert(isError: false, text: notice.text, problems: [])
    }

    func problem(of field: String) -> String? { problems.first { $0.field == field }?.text }

    var model: [String: Any] {
        [
            "isError": isError, "kind": isError ? "bad" : "good", "role": isError ? "alert" : "status", "text": text,
            "hasProblems": !problems.isEmpty,
            "problems": problems.map { ["field": $0.field, "text": $0.text] },
        ]
    }
}

/// What the page after a redirect says. Only the code stands in the URL, so that no link can make a page say anything else.
package enum Notice: String, Sendable, CaseIterable {
    case signedOut = "signed-out"
    case sessionOver = "session-over"
    case recoverySent = "recovery-sent"
    case passwordSet = "password-set"
    case registered
    case nameChanged = "name-changed"
    case emailChanged = "email-changed"
    case emailUnchanged = "email-unchanged"
    case confirmationSent = "confirmation-sent"
    case passwordChanged = "password-changed"
    case sessionEnded = "session-ended"
    case sessionsEnded = "sessions-ended"
    case applicationRevoked = "application-revoked"
    case keyRemoved = "key-removed"
    case friendAdded = "friend-added"
    case friendRemoved = "friend-removed"
    case accountBlocked = "account-blocked"
    case accountUnblocked = "account-unblocked"
    case rolesChanged = "roles-changed"

    package var text: String {
        switch self {
        case .signedOut: "You are signed out."
        case .sessionOver: "Please sign in to go on."
        case .recoverySent: "If an account has this address, a mail is on its way to it."
        case .passwordSet: "Your password was set and all sessions were ended. Sign in with the new one."
        case .registered: "A mail is on its way. Follow its link, then sign in."
        case .nameChanged: "Your name was changed."
        case .emailChanged: "Your email address was changed. Follow the link in the mail to confirm it."
        case .emailUnchanged: "This is your email address already."
        case .confirmationSent: "A mail is on its way. Follow its link to confirm your address."
        case .passwordChanged: "Your password was changed and your other sessions were ended."
        case .sessionEnded: "The session was ended."
        case .sessionsEnded: "Your other sessions were ended."
        case .applicationRevoked: "You have taken back what you allowed."
        case .keyRemoved: "The key was removed."
        case .friendAdded: "You are friends now."
        case .friendRemoved: "You are friends no longer."
        case .accountBlocked: "The account was blocked and signed out everywhere."
        case .accountUnblocked: "The account may sign in again."
        case .rolesChanged: "The roles were changed and the account was signed out everywhere."
        }
    }
}
