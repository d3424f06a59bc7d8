import Cryptography
import HTTPTypes
import JOSE
import OAuth
package import Provider
package import Social

/// Messages: `/api/chat/send`, `/api/chat/messages`, `/api/chat/events`.
package struct ChatMessageRoutes: Sendable {
    private let chat: Chat
    private let feed: MessageFeed
    private let bearer: BearerToken
    private let refusals: ChatRefusals
    private let base: String

    package init(chat: Chat, feed: MessageFeed, provider: Provider) {
        self.chat = chat
        self.feed = feed
        bearer = provider.bearer
        refusals = ChatRefusals(refusals: provider.refusals)
        base = provider.settings.basePath
    }

    package var routes: [Route] {
        [
            Route(.post, "\(base)/api/chat/send", operation: ChatOperations.send, refusal: refusals.reply(to:)) {
                .complete(try await send($0.endpointRequest))
            },
            Route(.get, "\(base)/api/chat/messages", operation: ChatOperations.messages, refusal: refusals.reply(to:)) {
                .complete(try await messages($0.endpointRequest))
            },
            Route(.get, "\(base)/api/chat/events", operation: ChatOperations.events, refusal: refusals.reply(to:)) {
                try await events($0)
            },
        ]
    }

    private func send(_ request: EndpointRequest) async throws -> Reply {
        let sender = try await person(request, scope: "chat:write")
        let body = try JSONBody(request)
        let recipient = Person(try body.required("recipientId"))
        let text = try body.required("message")
        do {
            _ = try await chat.send(text, from: sender, to: recipient)
        } catch let error as ChatError {
            throw APIRefusal(error, recipient: recipient)
        }
        return .json(["message": "Message sent successfully"])
    }

    private func messages(_ request: EndpointRequest) async throws -> Reply {
        let reader = try await person(request, scope: "chat:read")
        let query = try Parameters(form: Array(request.query.utf8))
        let page = try await chat.read(
            MessageQuery(
                of: reader,
                with: try Self.value("with", in: query, "an account's id") { UUIDv4($0) }.map { Person($0.string) },
                before: try Self.value("before", in: query, "a message's id") { ULID($0) }?.string,
                limit: try Self.limit(query)
            )
        )
        return .json([
            "messages": .array(page.messages.map(\.json)),
            "next": page.next.map { .string($0) } ?? .null,
        ])
    }

    /// A live stream of one's own messages: each `data:` line is one message.
    private func events(_ request: RouteRequest) async throws -> RouteReply {
        try await onOwnStack { try await stream(to: request) }
    }

    private func stream(to request: RouteRequest) async throws -> RouteReply {
        let listener = try await person(request.endpointRequest, scope: "chat:read")
        let signals = feed.listen(as: listener)
        return EventStream(signals: signals, connection: request.connection).reply { signal in
            // Asked before each line: a sign-out, a block or the token's end is the end of the stream.
            guard (try? await person(request.endpointRequest, scope: "chat:read")) != nil else { return nil }
            switch signal {
            case .keepAlive: return EventStream<Never>.comment
            case .message(let message): return EventStream<Never>.event(message.json.encoded())
            }
        }
    }

    private func person(_ request: EndpointRequest, scope: String) async throws -> Person {
        Person(try await bearer.admitAccount(request, scope: scope).subject.id.description)
    }

    /// The parameter as `read` understands it, or nil when it is left out. Throws 400 when `read` gives nil.
    private static func value<Value>(
        _ name: ParameterName,
        in query: Parameters,
        _ expected: String,
        _ read: (String) -> Value?
    ) throws -> Value? {
        guard let text = try query.optional(name) else { return nil }
        if let value = read(text) { return value }
        throw APIRefusal(
            .badRequest,
            "\(name) must be an id as this server makes them",
            FailedCheck("\(name)", expected: expected, seen: FailedCheck.excerpt(text))
        )
    }

    private static func limit(_ query: Parameters) throws -> Int {
        guard let text = try query.optional("limit") else { return 50 }
        guard text.first != "+", let limit = Int(text), (1...Chat.pageLimit).contains(limit) else {
            throw APIRefusal(
                .badRequest,
                "limit must be a number from 1 to 200",
                FailedCheck("limit", expected: "1 to \(Chat.pageLimit)", seen: FailedCheck.excerpt(text))
            )
        }
        return limit
    }
}

extension Message {
    /// As the chat face shows it.
    var json: JSON {
        [
            "id": .string(id),
            "senderId": .string(sender.description),
            "recipientId": .string(recipient.description),
            "message": .string(text),
            "sentAt": .string(sentAt.text),
            "readAt": readAt.map { .string($0.text) } ?? .null,
        ]
    }
}

extension APIRefusal {
    fileprivate init(_ error: ChatError, recipient: Person) {
        switch error {
        case .empty:
            self.init(
                .badRequest,
                "message must not be empty",
                FailedCheck("message", expected: "1 to \(Chat.textLimit) characters", seen: "none")
            )
        case .tooLong:
            self.init(
                .badRequest,
                "message must have at most 4000 characters",
                FailedCheck("message", expected: "1 to \(Chat.textLimit) characters", seen: "more")
            )
        case .unknownRecipient:
            self.init(
                .notFound,
                "recipientId names nobody",
                FailedCheck("recipientId", expected: "an account", seen: FailedCheck.excerpt(recipient.description))
            )
        }
    }
}
