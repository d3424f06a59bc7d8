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
        _ text: Text,
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
    static func field(_ id: String, _ text: Text, expected: String) -> FormProblem {
        FormProblem(
            .unprocessableContent,
            Text(.lookAtTyped),
            [.init(id, text)],
            failed: FailedCheck(id, expected: expected, seen: "something else")
        )
    }

    /// Fields that are not as they must be, all of them at once.
    static func fields(_ problems: [FormProblem]) -> FormProblem {
        FormProblem(
            .unprocessableContent,
            Text(.lookAtTyped),
            problems.flatMap(\.alert.problems),
            failed: problems.first?.failed ?? FailedCheck("form", expected: "good fields", seen: "others")
        )
    }

    /// The person must prove who they are, and did not.
    static func wrongPassword(_ id: String) -> FormProblem {
        FormProblem(
            .forbidden,
            Text(.currentPasswordWrong),
            [.init(id, Text(.notYourCurrentPassword))],
            failed: FailedCheck("password", expected: "the account's", seen: "another")
        )
    }

    /// `wait` in seconds.
    static func tooManySignIns(wait: Int64) -> FormProblem {
        FormProblem(
            .tooManyRequests,
            Text(.tooManySignIns, [.seconds: .number(wait)]),
            failed: FailedCheck("rate limit", expected: "fewer failures in a minute", seen: "the limit"),
            retryAfter: wait
        )
    }

    /// `wait` in seconds.
    static func tooManyMails(wait: Int64) -> FormProblem {
        FormProblem(
            .tooManyRequests,
            Text(.tooManyMails, [.minutes: .number((wait + 59) / 60)]),
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
                Text(.tooManyPeople, [.seconds: .number(wait)]),
                failed: FailedCheck("password hashing", expected: "room in the queue", seen: "none"),
                retryAfter: wait
            )
        default: return nil
        }
    }
}

/// What a status means, for people.
struct ErrorPage {
    let heading: Text
    private let text: Text

    init(_ status: HTTPResponse.Status) {
        (heading, text) =
            switch status {
            case .notFound: (Text(.nothingHere), Text(.mistyped))
            case .methodNotAllowed: (Text(.cannotBeDone), Text(.useLinks))
            case .forbidden: (Text(.notSent), Text(.loadAgain))
            case .contentTooLarge: (Text(.tooLarge), Text(.sendLess))
            case .tooManyRequests: (Text(.tooOften), Text(.waitALittle))
            case .serviceUnavailable: (Text(.notAtTheMoment), Text(.tryInSeconds))
            case .internalServerError:
                (Text(.wentWrong), Text(.serversFault))
            default: (Text(.notUnderstood), Text(.goBackLoadAgain))
            }
    }

    var page: Page { .refused(heading, text) }
}
