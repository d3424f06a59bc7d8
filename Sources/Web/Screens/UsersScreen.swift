import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// Everybody's accounts, for administrators. To others there is nothing at these paths.
struct UsersScreen: Sendable {
    let desk: FrontDesk

    /// Rows of a page.
    private static let pageSize = 25

    var routes: [Route] {
        [
            desk.route(.get, "/admin/users") { try await list($0.endpointRequest) },
            desk.route(.get, "/admin/users/{id}") { try await show($0) },
        ]
    }

    private func list(_ request: EndpointRequest) async throws -> Reply {
        let visitor = try Self.administrator(try await desk.visitor(reading: request))
        let search = String((request.queried("search") ?? "").trimmed.prefix(254))
        let after = request.queried("after").map { Account.ID(String($0.prefix(64))) }
        // One more than is shown tells whether there is a next page.
        let found = try await desk.accounts.accounts(after: after, search: search, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        var next: String?
        if found.count > Self.pageSize, let last = shown.last {
            next = "/admin/users?after=\(last.id)" + (search.isEmpty ? "" : "&search=" + QueryText.encode(search))
        }
        let list = Page.UserList(
            rows: shown.map(Page.UserRow.init),
            search: search,
            count: try await desk.accounts.count(),
            nextPath: next,
            isFirst: after == nil && search.isEmpty
        )
        return desk.page(.users(list), for: request, visitor)
    }

    private func show(_ request: RouteRequest) async throws -> Reply {
        let visitor = try Self.administrator(try await desk.visitor(reading: request.endpointRequest))
        let account = try await account(of: request)
        return desk.page(.user(Page.UserRow(account)), for: request.endpointRequest, visitor)
    }

    private func account(of request: RouteRequest) async throws -> Account {
        let id = Account.ID(request.parameters["id"] ?? "")
        if let account = try await desk.accounts.account(.id(id)) { return account }
        throw OAuthError.unknownRoute
    }

    /// Throws 404 for everybody else: what is not theirs is not there.
    private static func administrator(_ visitor: Visitor) throws(OAuthError) -> Visitor {
        guard visitor.isAdministrator else { throw .unknownRoute }
        return visitor
    }
}

extension Page.UserRow {
    init(_ account: Account) {
        self.init(
            id: account.id.description,
            name: account.name,
            username: account.username?.description,
            email: account.email?.description,
            isEmailVerified: account.isEmailVerified,
            isBlocked: account.state == .blocked,
            isAdministrator: account.roles.contains(.admin),
            createdAt: account.createdAt.forPeople,
            lastSignIn: account.lastSignIn?.forPeople
        )
    }
}
