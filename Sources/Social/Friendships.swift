package import JOSE

/// Who is whose friend. Friendship is mutual: it is made and ended for both at once.
package protocol FriendshipStore: Sendable {
    /// Makes two people friends, in one transaction. Blocked accounts count as unknown.
    func befriend(_ one: Person, _ other: Person, at now: Timestamp) async throws -> BefriendOutcome

    /// Ends a friendship. False when there was none.
    func unfriend(_ one: Person, _ other: Person) async throws -> Bool

    /// The ids of a person's friends, the oldest friendship first.
    func friends(of person: Person) async throws -> [Person]
}

/// The id of an account, as friends and messages know it.
package struct Person: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ id: String) {
        description = id
    }
}

/// What became of an offer of friendship.
package enum BefriendOutcome: Sendable, Equatable {
    case friends
    case alreadyFriends
    /// No such account, or a blocked one.
    case unknown
}
