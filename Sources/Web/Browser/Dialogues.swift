package import Cryptography
package import JOSE
import OAuth
import PASETO
import Provider

/// The way of one authorization request through the pages: which request, and since when. What a person does after the start was done
/// for it, so `prompt=login` is met once and not for ever. Nothing is stored: the start travels with the request, sealed to it, and
/// with it the account that the person chose.
package struct Dialogues: Sendable {
    struct Dialogue: Sendable {
        /// The query of the request, as it came.
        let query: String
        let start: Timestamp
        var choice: Choice?

        /// The same without what does not count beside the name of a pushed request.
        var ofPushedRequest: Dialogue {
            let names = [ParameterName.clientID, .requestURI].map { Optional($0.description) }
            let parts = query.split(separator: "&").filter { part in
                names.contains(PercentEncoding.decode(part.prefix { $0 != "=" }))
            }
            return Dialogue(query: parts.joined(separator: "&"), start: start, choice: choice)
        }

        /// The same with a request object by value in place of its address.
        func carrying(_ object: String) -> Dialogue {
            let parts = query.split(separator: "&", omittingEmptySubsequences: false).map { part in
                PercentEncoding.decode(part.prefix { $0 != "=" }) == ParameterName.requestURI.description
                    ? "\(ParameterName.request)=\(PercentEncoding.encode(object))" : String(part)
            }
            return Dialogue(query: parts.joined(separator: "&"), start: start, choice: choice)
        }
    }

    /// The session that a person chose for a request, in the browser that they did it in; in another it means nothing.
    struct Choice: Sendable {
        let session: Session.ID
        let moment: Timestamp
    }

    private static let name = "dialogue="

    private let key: LocalKey
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp

    /// `key` is 32 bytes, for this purpose alone. Throws what `LocalKey` throws.
    package init(key: [UInt8], random: any RandomSource, now: @escaping @Sendable () -> Timestamp) throws {
        self.key = try LocalKey(key)
        self.random = random
        self.now = now
    }

    /// The dialogue that `query` continues, or a new one: a start that was sealed for another request, or too long ago, is none.
    func dialogue(in query: String) -> Dialogue {
        let parts = query.split(separator: "&", omittingEmptySubsequences: false)
        let request = parts.filter { !$0.hasPrefix(Self.name) }.joined(separator: "&")
        let moment = now()
        guard let part = parts.last(where: { $0.hasPrefix(Self.name) }),
            let token = try? LocalToken(parsing: String(part.dropFirst(Self.name.count))),
            let message = try? token.decrypt(with: key, implicitAssertion: Array(request.utf8)),
            let members = try? JSONObject.parse(message),
            let start = members["start"]?.integerValue.map({ Timestamp(milliseconds: $0) }),
            moment < start + Settings.dialogueLifetime
        else { return Dialogue(query: request, start: moment) }
        var dialogue = Dialogue(query: request, start: start)
        if let session = members["session"]?.stringValue, let chosen = members["chosen_at"]?.integerValue {
            dialogue.choice = Choice(session: Session.ID(session), moment: Timestamp(milliseconds: chosen))
        }
        return dialogue
    }

    /// The query that continues the dialogue in `query`, in which the person has just chosen `session`.
    func text(choosing session: Session.ID, in query: String) -> String {
        var dialogue = dialogue(in: query)
        dialogue.choice = Choice(session: session, moment: now())
        return text(of: dialogue)
    }

    /// The query that continues `dialogue`.
    func text(of dialogue: Dialogue) -> String {
        var members: JSONObject = ["start": .integer(dialogue.start.milliseconds)]
        if let choice = dialogue.choice {
            members["session"] = .string(choice.session.description)
            members["chosen_at"] = .integer(choice.moment.milliseconds)
        }
        let token = try? LocalToken.encrypt(
            JSON.object(members).encoded(),
            key: key,
            implicitAssertion: Array(dialogue.query.utf8),
            random: random
        )
        return dialogue.query + (token.map { "&\(Self.name)\($0)" } ?? "")
    }
}
