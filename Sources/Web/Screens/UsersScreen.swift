import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// Everybody's accounts, for administrators. To others there is nothing at these paths.
struct UsersScreen: Sendable {
    let desk: FrontDesk
    let signIn: FaceSignIn
    let now: @Sendable () -> Timestamp

    /// Rows of a page.
    private static let pageSize = 25

    var routes: [Route] {
        [
            desk.route(.get, "/admin/users") { try await list($0.endpointRequest) },
            desk.route(.get, "/admin/users/{id}") { try await show($0) },
            desk.route(.post, "/admin/users/{id}/block") { request in
                try await change(request, .accountBlocked) { _ in UserGrant(isBlacklisted: true) }
            },
            desk.route(.post, "/admin/users/{id}/unblock") { request in
                try await change(request, .accountUnblocked) { _ in UserGrant(isBlacklisted: false) }
            },
            desk.route(.post, "/admin/users/{id}/roles") { request in
                try await change(request, .rolesChanged) { UserGrant(roles: [try Self.role(in: $0)]) }
            },
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

    /// Writes what the form says of the account's rights. An administrator has every right, so there is none that could not be given.
    private func change(
        _ request: RouteRequest,
        _ notice: Notice,
        _ grant: (Parameters) throws -> UserGrant
    ) async throws -> Reply {
        let (sender, form) = try await desk.form(request.endpointRequest, in: .users)
        let visitor = try Self.administrator(sender)
        let account = try await account(of: request)
        do {
            let grant = try grant(form)
            var revision = AccountRevision { grant.apply(to: &$0) }
            revision.keepsAdministrator = true
            switch try await desk.accounts.revise(account.id, revision, at: now()) {
            case .updated(let revised):
                return try await reply(to: request.endpointRequest, visitor, from: account, to: revised, notice)
            case .lastAdministrator: throw Self.lastAdministrator
            case .unknown, .usernameTaken, .emailTaken: throw OAuthError.unknownRoute
            }
        } catch let problem as FormProblem {
            let page = Page.user(Page.UserRow(account))
            return desk.page(page, for: request.endpointRequest, visitor, problem: problem)
        }
    }

    /// The page of the account, or for administrators who changed their own rights: a new session in the place of the one that this
    /// ended, or none when they are blocked.
    private func reply(
        to request: EndpointRequest,
        _ visitor: Visitor,
        from old: Account,
        to new: Account,
        _ notice: Notice
    ) async throws -> Reply {
        let path = "/admin/users/\(new.id)"
        let isChanged = new.state != old.state || new.hasOtherRights(than: old)
        guard isChanged else { return desk.redirect(to: path) }
        guard new.id == visitor.account.id else { return desk.redirect(to: path, notice) }
        guard new.state == .active else { return desk.farewell(notice) }
        let plan = SignInPlan.pages(isRemembered: visitor.session.isRemembered)
        guard let tokens = try await signIn.begin(new, plan: plan, request) else {
            throw SignInNeeded(returnPath: nil)
        }
        return try desk.welcome(tokens, to: new.roles.contains(.admin) ? path : "/account", notice)
    }

    private static func role(in form: Parameters) throws -> Role {
        if let role = try form.optional("role").flatMap(Role.init(rawValue:)) { return role }
        throw FormProblem(
            .unprocessableContent,
            Text(.noSuchRole),
            failed: FailedCheck("role", expected: "guest or admin", seen: "another")
        )
    }

    private static let lastAdministrator = FormProblem(
        .conflict,
        Text(.lastAdministrator),
        failed: FailedCheck("administrators", expected: "one that stays", seen: "none")
    )

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
