import Accounts
import HTTPTypes
import JOSE
import Pages
import Provider

/// Why a form was not taken: what its page says above and beside its fields.
struct FormProblem: Error {
    let status: HTTPResponse.Status
    let alert: Alert
    /// For the operator.
    let failed: FailedCheck
    /// In seconds.
    var retryAfter: Int64?

    init(
        _ status: HTTPResponse.Status,
        _ text: String,
        _ problems: [Alert.Problem] = [],
        failed: FailedCheck,
        retryAfter: Int64? = nil
    ) {
        self.status = status
        alert = .error(text, problems)
        self.failed = failed
        self.retryAfter = retryAfter
    }

    var refusal: Refusal { Refusal(error: "\(status.code)", failed: failed) }

    /// A field that is not as it must be.
    static func field(_ id: String, _ text: String, expected: String) -> FormProblem {
        FormProblem(
            .unprocessableContent,
            "Please look at what you typed.",
            [.init(id, text)],
            failed: FailedCheck(id, expected: expected, seen: "something else")
        )
    }

    /// Fields that are not as they must be, all of them at once.
    static func fields(_ problems: [FormProblem]) -> FormProblem {
        FormProblem(
            .unprocessableContent,
            "Please look at what you typed.",
            problems.flatMap(\.alert.problems),
            failed: problems.first?.failed ?? FailedCheck("form", expected: "good fields", seen: "others")
        )
    }

    /// The person must prove who they are, and did not.
    static func wrongPassword(_ id: String) -> FormProblem {
        FormProblem(
            .forbidden,
            "The current password is wrong.",
            [.init(id, "This is not your current password.")],
            failed: FailedCheck("password", expected: "the account's", seen: "another")
        )
    }

    /// `wait` in seconds.
    static func tooManySignIns(wait: Int64) -> FormProblem {
        FormProblem(
            .tooManyRequests,
            "Too many failed sign-ins. Wait \(wait) seconds and try again.",
            failed: FailedCheck("rate limit", expected: "fewer failures in a minute", seen: "the limit"),
            retryAfter: wait
        )
    }

    /// `wait` in seconds.
    static func tooManyMails(wait: Int64) -> FormProblem {
        FormProblem(
            .tooManyRequests,
            "Too many mails were asked for. Try again in \((wait + 59) / 60) minutes.",
            failed: FailedCheck("rate limit", expected: "fewer mails in an hour", seen: "the limit"),
            retryAfter: wait
        )
    }

    /// What asks for patience, whichever form it came from; nil for other errors.
    init?(waiting error: any Error) {
        switch error {
        case RecoveryError.limited(let wait): self = .tooManyMails(wait: wait)
        case RegistrationError.limited(let wait): self = .tooManyMails(wait: wait)
        case ActivationError.limited(let wait): self = .tooManyMails(wait: wait)
        case PasswordError.busy(let wait):
            self.init(
                .serviceUnavailable,
                "Too many people sign in at the moment. Wait \(wait) seconds and try again.",
                failed: FailedCheck("password hashing", expected: "room in the queue", seen: "none"),
                retryAfter: wait
            )
        default: return nil
        }
    }
}

/// What a status means, for people.
struct ErrorPage {
    let heading: String
    private let text: String

    init(_ status: HTTPResponse.Status) {
        (heading, text) =
            switch status {
            case .notFound: ("There is nothing here", "The address may be mistyped.")
            case .methodNotAllowed: ("This cannot be done here", "Go back, and use the page's own links and buttons.")
            case .forbidden: ("This was not sent", "Load the page again and send its form once more.")
            case .contentTooLarge: ("This is too large", "Send less text.")
            case .tooManyRequests: ("Too often", "Wait a little and try again.")
            case .serviceUnavailable: ("Not at the moment", "The server cannot do this now. Try again in some seconds.")
            case .internalServerError:
                ("Something went wrong", "The fault is the server's. Its operator finds the reason in the log.")
            default: ("This was not understood", "Go back, load the page again and send its form once more.")
            }
    }

    var page: Page { .refused(heading, text) }
}
