import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider

/// The error shape of the chat face: a `message` for people, and the OAuth members where the refusal is one of RFC 6750.
struct ChatRefusals: Sendable {
    let refusals: Refusals

    func reply(to error: any Error) -> Reply {
        if let refusal = error as? APIRefusal {
            var reply = Reply.json(["message": .string("\(refusal.message)")], status: refusal.status)
            if let wait = refusal.retryAfter { reply.fields[.retryAfter] = "\(wait)" }
            reply.refusal = Refusal(error: "\(refusal.status.code)", failed: refusal.failed)
            return reply
        }
        if let busy = error as? PasswordError, case .busy(let wait) = busy {
            return reply(
                to: APIRefusal(
                    .serviceUnavailable,
                    "Too many sign-ins at the moment; try again",
                    FailedCheck("password hashing", expected: "room in the queue", seen: "none"),
                    retryAfter: wait
                )
            )
        }
        let (refused, isFault) = refusals.explain(error)
        return refusals.reply(refused, isFault: isFault, extra: ["message": .string(refused.description.description)])
    }
}
