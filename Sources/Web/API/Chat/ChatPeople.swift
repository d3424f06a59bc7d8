import Accounts
import HTTPTypes
package import JOSE
import OAuth
package import Provider
package import Social

/// People as the chat face shows them: an account with its friends, its chats, and whether it is there.
package struct ChatPeople: Sendable {
    private let friendships: any FriendshipStore
    private let chat: Chat
    private let feed: MessageFeed
    private let sessions: Sessions
    private let now: @Sendable () -> Timestamp

    /// Who did something this long ago is still there, in seconds.
    private static let presence: Int64 = 300

    package init(
        friendships: any FriendshipStore,
        chat: Chat,
        feed: MessageFeed,
        sessions: Sessions,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.friendships = friendships
        self.chat = chat
        self.feed = feed
        self.sessions = sessions
        self.now = now
    }

    /// The seed's user object. `isHere` tells that the person is the one who asks.
    func json(of account: Account, isHere: Bool) async throws -> JSONObject {
        let person = Person(account.id.description)
        let isOnline = if isHere { true } else { try await self.isOnline(account) }
        return [
            "id": .string(account.id.description),
            "username": account.username.map { .string($0.description) } ?? .string(account.name),
            "email": account.email.map { .string($0.description) } ?? .null,
            "isEmailVerified": .bool(account.isEmailVerified),
            "friends": .strings(try await friendships.friends(of: person).map(\.description)),
            "chats": .strings(try await chat.partners(of: person).map(\.description)),
            "online_status": isOnline ? "online" : "offline",
            "last_login": account.lastSignIn.map { .string($0.text) } ?? .null,
        ]
    }

    /// Makes friends of an account and the one with the id that was sent. Throws `APIRefusal`: 400 for oneself, 404, 409.
    func befriend(_ id: Account.ID, _ friend: String, at now: Timestamp) async throws {
        guard friend != id.description else {
            throw APIRefusal(
                .badRequest,
                "friendId is your own id",
                FailedCheck("friendId", expected: "somebody else", seen: "oneself")
            )
        }
        switch try await friendships.befriend(Person(id.description), Person(friend), at: now) {
        case .friends: return
        case .alreadyFriends:
            throw APIRefusal(
                .conflict,
                "You are friends already",
                FailedCheck("friendId", expected: "no friend yet", seen: "a friend")
            )
        case .unknown: throw Self.unknown(friend)
        }
    }

    /// Ends a friendship for both. Throws `APIRefusal`: 404 when there is none.
    func unfriend(_ id: Account.ID, _ friend: String) async throws {
        guard try await friendships.unfriend(Person(id.description), Person(friend)) else { throw Self.unknown(friend) }
    }

    private func isOnline(_ account: Account) async throws -> Bool {
        if feed.isListening(Person(account.id.description)) { return true }
        let earliest = now() - Self.presence
        return try await sessions.list(of: Subject.ID(account.id.description)).contains { $0.lastSeenAt >= earliest }
    }

    private static func unknown(_ id: String) -> APIRefusal {
        APIRefusal(
            .notFound,
            "friendId names nobody",
            FailedCheck("friendId", expected: "an account or a friend", seen: FailedCheck.excerpt(id))
        )
    }
}
