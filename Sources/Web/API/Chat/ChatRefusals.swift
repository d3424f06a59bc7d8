import JOSE
import OAuth
import Provider

/// The error shape of the chat face: a `message` for people, and the OAuth members where the refusal is one of RFC 6750.
struct ChatRefusals: Sendable {
    let refusals: Refusals

    func reply(to error: any Error) -> Reply {
        if let refusal = APIRefusal(error) {
            return refusal.reply(body: ["message": .string("\(refusal.message)")])
        }
        let (refused, isFault) = refusals.explain(error)
        return refusals.reply(refused, isFault: isFault, extra: ["message": .string(refused.description.description)])
    }
}
