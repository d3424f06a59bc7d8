package import Cryptography
package import JOSE
import OAuth
import PASETO

/// The way of one authorization request through the pages: which request, and since when. What a person does after the start was done
/// for it, so `prompt=login` is met once and not for ever. Nothing is stored: the start travels with the request, sealed to it.
package struct Dialogues: Sendable {
    struct Dialogue: Sendable {
        /// The query of the request, as it came.
        let query: String
        let start: Timestamp
    }

    /// For how long a person may take, in seconds.
    private static let lifetime: Int64 = 3600
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
            let milliseconds = Int64(String(decoding: message, as: UTF8.self)),
            case let start = Timestamp(milliseconds: milliseconds), moment < start + Self.lifetime
        else { return Dialogue(query: request, start: moment) }
        return Dialogue(query: request, start: start)
    }

    /// The query that continues `dialogue`.
    func text(of dialogue: Dialogue) -> String {
        let token = try? LocalToken.encrypt(
            Array("\(dialogue.start.milliseconds)".utf8),
            key: key,
            implicitAssertion: Array(dialogue.query.utf8),
            random: random
        )
        return dialogue.query + (token.map { "&\(Self.name)\($0)" } ?? "")
    }
}
