import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider
import Social

/// Who is whose friend.
struct FriendsScreen: Sendable {
    let desk: FrontDesk
    let friendships: any FriendshipStore
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [
            desk.route(.get, "/account/friends") {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return try await page($0.endpointRequest, visitor)
            },
            desk.route(.post, "/account/friends") { try await add($0.endpointRequest) },
            desk.route(.post, "/account/friends/remove") { try await remove($0.endpointRequest) },
        ]
    }

    private func page(
        _ request: EndpointRequest,
        _ visitor: Visitor,
        typed: String = "",
        problem: FormProblem? = nil
    ) async throws -> Reply {
        var rows: [Page.FriendRow] = []
        for friend in try await friendships.friends(of: visitor.asPerson) {
            guard let account = try await desk.accounts.account(.id(Account.ID(friend.description))) else { continue }
            rows.append(
                .init(id: friend.description, name: account.name, username: account.username?.description)
            )
        }
        return desk.page(.friends(rows, typed: typed), for: request, visitor, problem: problem)
    }

    private func add(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .friends)
        let typed = try form.optional("friend")?.trimmed ?? ""
        do {
            guard let identifier = AccountIdentifier(typed), let friend = try await desk.accounts.account(identifier)
            else {
                throw Self.nobody
            }
            guard friend.id != visitor.account.id else {
                throw FormProblem.field("friend", Text(.thisIsYou), expected: "somebody else")
            }
            switch try await friendships.befriend(visitor.asPerson, Person(friend.id.description), at: now()) {
            case .friends, .alreadyFriends: return desk.redirect(to: "/account/friends", .friendAdded)
            case .unknown: throw Self.nobody
            }
        } catch let problem as FormProblem {
            return try await page(request, visitor, typed: typed, problem: problem)
        }
    }

    /// Whoever it was, and whether they were friends: they are not any more.
    private func remove(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .friends)
        _ = try await friendships.unfriend(visitor.asPerson, Person(try form.optional("friend") ?? ""))
        return desk.redirect(to: "/account/friends", .friendRemoved)
    }

    private static var nobody: FormProblem {
        .field("friend", Text(.nobodyFound), expected: "an account that is active")
    }
}

extension Visitor {
    fileprivate var asPerson: Person { Person(account.id.description) }
}
