import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider

/// A refusal of the JSON APIs that are not OAuth: a status and a sentence (the seed's `success` and `message`).
struct APIRefusal: Error {
    let status: HTTPResponse.Status
    /// A literal: what the caller sees.
    let message: WireText
    let failed: FailedCheck
    var retryAfter: Int64?

    init(_ status: HTTPResponse.Status, _ message: WireText, _ failed: FailedCheck, retryAfter: Int64? = nil) {
        self.status = status
        self.message = message
        self.failed = failed
        self.retryAfter = retryAfter
    }
}

extension APIRefusal {
    /// What the errors of `Accounts` come to at every face; nil for others.
    init?(_ error: any Error) {
        switch error {
        case let refusal as APIRefusal: self = refusal
        case RegistrationError.limited(let wait):
            self.init(
                .tooManyRequests,
                "Too many requests; wait for Retry-After seconds",
                FailedCheck("rate limit", expected: "fewer in an hour", seen: "the limit"),
                retryAfter: wait
            )
        case PasswordError.busy(let wait):
            self.init(
                .serviceUnavailable,
                "Too many sign-ins at the moment; try again",
                FailedCheck("password hashing", expected: "room in the queue", seen: "none"),
                retryAfter: wait
            )
        default: return nil
        }
    }

    /// The reply, with a body that holds the message.
    func reply(body: JSONObject) -> Reply {
        var reply = Reply.json(.object(body), status: status)
        if let retryAfter { reply.fields[.retryAfter] = "\(retryAfter)" }
        reply.refusal = Refusal(error: "\(status.code)", failed: failed)
        return reply
    }
}

/// An error shape of the JSON APIs that are not OAuth.
struct APIRefusals: Sendable {
    /// Finds status and reason for the errors that are not of this shape.
    let refusals: Refusals
    /// The body around the message, such as the self identity server's with its `success`.
    let body: @Sendable (_ message: JSON) -> JSONObject

    func reply(to error: any Error) -> Reply {
        if let refusal = APIRefusal(error) { return refusal.reply(body: body(.string("\(refusal.message)"))) }
        let (refused, isFault) = refusals.explain(error)
        var reply = Reply.json(
            .object(body(.string("\(refused.description)"))),
            status: .init(code: refused.code.status)
        )
        for field in refused.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            reply.fields.append(HTTPField(name: name, value: field.value))
        }
        reply.refusal = Refusal(error: refused.code.name, failed: refused.failed, isFault: isFault)
        return reply
    }
}
