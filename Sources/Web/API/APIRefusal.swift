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

/// The error shape of the self identity server's `/api` routes.
struct APIRefusals: Sendable {
    /// Members beside `success` and `message`, such as the null `user_id` of a registration.
    var extra: JSONObject = [:]
    /// Finds status and reason for the errors that are not of this shape.
    let refusals: Refusals

    func reply(to error: any Error) -> Reply {
        if let refusal = error as? APIRefusal { return reply(refusal) }
        if let limited = error as? RegistrationError, case .limited(let wait) = limited {
            return reply(
                APIRefusal(
                    .tooManyRequests,
                    "Too many requests; wait for Retry-After seconds",
                    FailedCheck("rate limit", expected: "fewer in an hour", seen: "the limit"),
                    retryAfter: wait
                )
            )
        }
        let (refused, isFault) = refusals.explain(error)
        var reply = Reply.json(body(refused.description.description), status: .init(code: refused.code.status))
        for field in refused.fields {
            if let name = HTTPField.Name(field.name) { reply.fields[name] = field.value }
        }
        reply.refusal = Refusal(error: refused.code.name, failed: refused.failed, isFault: isFault)
        return reply
    }

    private func reply(_ refusal: APIRefusal) -> Reply {
        var reply = Reply.json(body(refusal.message.description), status: refusal.status)
        if let wait = refusal.retryAfter { reply.fields[.retryAfter] = "\(wait)" }
        reply.refusal = Refusal(error: "\(refusal.status.code)", failed: refusal.failed)
        return reply
    }

    private func body(_ message: String) -> JSON {
        .object((["success": false, "message": .string(message)] as JSONObject).merging(extra))
    }
}
