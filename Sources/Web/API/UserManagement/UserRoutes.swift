package import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// The accounts at the user-management face: `/v1/users`, read, made, changed and deleted.
package struct UserRoutes: Sendable {
    private let accounts: any AccountStore
    private let signUps: SignUps
    private let revisions: UserRevisions
    private let gate: UserGate
    private let provider: Provider

    package init(
        accounts: any AccountStore,
        signUps: SignUps,
        revisions: UserRevisions,
        gate: UserGate,
        provider: Provider
    ) {
        self.accounts = accounts
        self.signUps = signUps
        self.revisions = revisions
        self.gate = gate
        self.provider = provider
    }

    package var routes: [Route] {
        let face = UserFace(provider)
        return [
            face.route(.get, "/v1/users/me", UserOperations.me, me),
            face.route(.get, "/v1/users", UserOperations.list, list),
            face.route(.get, "/v1/users/{id}", UserOperations.show, show),
            face.route(.post, "/v1/users", UserOperations.create, create),
            face.route(.patch, "/v1/users/{id}", UserOperations.change, change),
            face.route(.delete, "/v1/users/{id}", UserOperations.delete, delete),
        ]
    }

    @Sendable private func me(_ request: RouteRequest) async throws -> Reply {
        .json(.object(try await gate.caller(of: request.endpointRequest, writes: false).account.userRecord))
    }

    @Sendable private func list(_ request: RouteRequest) async throws -> Reply {
        let caller = try await gate.caller(of: request.endpointRequest, writes: false)
        try gate.check(caller, may: .get, to: nil)
        let page = try UserPage(query: request.endpointRequest.query)
        // One more than asked for tells whether there is a next page.
        let found = try await accounts.accounts(after: page.cursor, search: page.search, limit: page.limit + 1)
        let shown = found.prefix(page.limit)
        var reply = Reply.json(.array(shown.map { .object($0.userRecord) }))
        if found.count > page.limit, let last = shown.last {
            reply.fields[Self.link] = page.link(after: last.id, at: provider.settings.url("/v1/users"))
        }
        return reply
    }

    @Sendable private func show(_ request: RouteRequest) async throws -> Reply {
        let caller = try await gate.caller(of: request.endpointRequest, writes: false)
        let id = try Self.id(request)
        try gate.check(caller, may: .get, to: id)
        guard let account = try await accounts.account(.id(id)) else { throw APIRefusal.unknownUser(id) }
        return .json(.object(account.userRecord))
    }

    @Sendable private func create(_ request: RouteRequest) async throws -> Reply {
        let request = request.endpointRequest
        try gate.checkOrigin(of: request)
        let key = request.fields[Self.adminKey]
        let caller = gate.hasToken(request) ? try await gate.caller(of: request, writes: true) : nil
        let body = try UserBody(JSONBody(request))
        guard let username = body.username else { throw APIRefusal.missing("username") }
        guard let password = body.password else { throw APIRefusal.missing("password") }
        let creator = caller.flatMap { $0.account.may(.post, to: nil) ? $0.account : nil }
        let authority: SignUps.Authority =
            if let key {
                .adminKey(key)
            } else if creator != nil {
                .account
            } else {
                .none(address: request.clientNetwork)
            }
        // What the holder of the key makes is the administrator, whatever the body says.
        let grant = key == nil ? UserGrant(body) : UserGrant()
        try gate.check(grant, by: creator)
        do {
            let account = try await signUps.make(username, password: password, authority: authority) {
                grant.apply(to: &$0)
            }
            var reply = Reply.json(.object(account.userRecord), status: .created)
            reply.fields[.location] = provider.settings.url("/v1/users/\(account.id)")
            return reply
        } catch SignUpError.usernameTaken {
            throw APIRefusal.taken("username")
        } catch SignUpError.adminKeyUnknown {
            throw Self.unknownKey
        }
    }

    @Sendable private func change(_ request: RouteRequest) async throws -> Reply {
        let caller = try await gate.caller(of: request.endpointRequest, writes: true)
        let id = try Self.id(request)
        try gate.check(caller, may: .patch, to: id)
        let body = try UserBody(JSONBody(request.endpointRequest))
        return try await revisions.revise(id, body, by: caller, request.endpointRequest)
    }

    @Sendable private func delete(_ request: RouteRequest) async throws -> Reply {
        let caller = try await gate.caller(of: request.endpointRequest, writes: true)
        let id = try Self.id(request)
        try gate.check(caller, may: .delete, to: id)
        guard let account = try await accounts.account(.id(id)) else { throw APIRefusal.unknownUser(id) }
        try gate.check(caller, mayGovern: account)
        switch try await accounts.delete(id, keepsAdministrator: true) {
        case .deleted: break
        case .unknown: throw APIRefusal.unknownUser(id)
        case .lastAdministrator: throw APIRefusal.lastAdministrator
        }
        var reply = Reply.json(["message": "User deleted"])
        if id == caller.account.id { reply.fields.append(contentsOf: UserTokens.cleared) }
        return reply
    }

    /// The id in the path. Throws 404 for what can be none.
    private static func id(_ request: RouteRequest) throws(APIRefusal) -> Account.ID {
        let id = Account.ID(request.parameters["id"] ?? "")
        guard UUIDv4(id.description) != nil else { throw APIRefusal.unknownUser(id) }
        return id
    }

    private static let adminKey = HTTPField.Name("X-Auth-Token")!
    private static let link = HTTPField.Name("Link")!

    private static var unknownKey: APIRefusal {
        APIRefusal(
            .forbidden,
            "X-Auth-Token is wrong or was used; the operator can make another",
            FailedCheck("X-Auth-Token", expected: "a key that was not used", seen: "another")
        )
    }
}

extension APIRefusal {
    static func unknownUser(_ id: Account.ID) -> APIRefusal {
        APIRefusal(
            .notFound,
            "There is no such user",
            FailedCheck("_id", expected: "an account", seen: FailedCheck.excerpt(id.description))
        )
    }

    static var lastAdministrator: APIRefusal {
        APIRefusal(
            .conflict,
            "This is the last active administrator; make another one first",
            FailedCheck("administrators", expected: "one that stays", seen: "none")
        )
    }
}
