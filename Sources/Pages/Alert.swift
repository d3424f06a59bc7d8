/// The box above a page's content that says what became of the last request.
package struct Alert: Sendable {
    /// What is wrong with one field.
    package struct Problem: Sendable {
        /// The id of the field.
        package let field: String
        package let text: Text

        package init(_ field: String, _ text: Text) {
            self.field = field
            self.text = text
        }
    }

    package let isError: Bool
    package let text: Text
    package let problems: [Problem]

    /// Something went wrong; `problems` are the fields to mend.
    package static func error(_ text: Text, _ problems: [Problem] = []) -> Alert {
        Alert(isError: true, text: text, problems: problems)
    }

    /// Something was done.
    package static func done(_ notice: Notice) -> Alert {
        Alert(isError: false, text: notice.text, problems: [])
    }

    func problem(of field: String) -> Text? { problems.first { $0.field == field }?.text }

    func model(_ scene: Scene) -> [String: Any] {
        [
            "isError": isError, "kind": isError ? "bad" : "good", "role": isError ? "alert" : "status",
            "text": scene.words(text), "hasProblems": !problems.isEmpty,
            "problems": problems.map { ["field": $0.field, "text": scene.words($0.text)] },
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
    case detailsSaved = "details-saved"
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

    package var text: Text {
        switch self {
        case .signedOut: Text(.noticeSignedOut)
        case .sessionOver: Text(.noticeSessionOver)
        case .recoverySent: Text(.noticeRecoverySent)
        case .passwordSet: Text(.noticePasswordSet)
        case .registered: Text(.noticeRegistered)
        case .nameChanged: Text(.noticeNameChanged)
        case .detailsSaved: Text(.noticeDetailsSaved)
        case .emailChanged: Text(.noticeEmailChanged)
        case .emailUnchanged: Text(.noticeEmailUnchanged)
        case .confirmationSent: Text(.noticeConfirmationSent)
        case .passwordChanged: Text(.noticePasswordChanged)
        case .sessionEnded: Text(.noticeSessionEnded)
        case .sessionsEnded: Text(.noticeSessionsEnded)
        case .applicationRevoked: Text(.noticeApplicationRevoked)
        case .keyRemoved: Text(.noticeKeyRemoved)
        case .friendAdded: Text(.noticeFriendAdded)
        case .friendRemoved: Text(.noticeFriendRemoved)
        case .accountBlocked: Text(.noticeAccountBlocked)
        case .accountUnblocked: Text(.noticeAccountUnblocked)
        case .rolesChanged: Text(.noticeRolesChanged)
        }
    }
}
