package import Accounts
import HTTPTypes
package import JOSE
import OAuth
import Provider

/// Changes of accounts at the user-management face: all of a request is written, or nothing.
package struct UserRevisions: Sendable {
    private let accounts: any AccountStore
    private let hashing: any PasswordHashing
    private let signIn: FaceSignIn
    private let gate: UserGate
    private let tokens: UserTokens
    private let now: @Sendable () -> Timestamp

    package init(
        accounts: any AccountStore,
        hashing: any PasswordHashing,
        signIn: FaceSignIn,
        gate: UserGate,
        tokens: UserTokens,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.accounts = accounts
        self.hashing = hashing
        self.signIn = signIn
        self.gate = gate
        self.tokens = tokens
        self.now = now
    }

    /// Writes what `body` says of the account. Throws `APIRefusal` and RFC 6750's refusals.
    func revise(_ id: Account.ID, _ body: UserBody, by caller: UserCaller, _ request: EndpointRequest) async throws
        -> Reply
    {
        guard let account = try await accounts.account(.id(id)) else { throw APIRefusal.unknownUser(id) }
        let (grant, gate) = (UserGrant(body), gate)
        // Looked at before a password is hashed, and again when it is written: rights may change in between.
        try gate.check(caller, mayRevise: account, grant)
        var revision = AccountRevision { account in
            try gate.check(caller, mayRevise: account, grant)
            if let username = body.username { account.username = username }
            grant.apply(to: &account)
        }
        if let password = body.password { revision.password = try await hashing.hash(password) }
        revision.current = id == caller.account.id ? caller.session.id.description : nil
        revision.keepsAdministrator = true
        switch try await accounts.revise(id, revision, at: now()) {
        case .updated(let account): return try await reply(account, caller, request)
        case .unknown: throw APIRefusal.unknownUser(id)
        case .usernameTaken: throw APIRefusal.taken("username")
        case .emailTaken: throw APIRefusal.taken("email")
        case .lastAdministrator: throw APIRefusal.lastAdministrator
        }
    }

    /// The changed record. Who changed their own rights gets a new session in the place of the one that this ended.
    private func reply(_ account: Account, _ caller: UserCaller, _ request: EndpointRequest) async throws -> Reply {
        var reply = Reply.json(.object(account.userRecord))
        let hasEnded = account.state != .active || account.hasOtherRights(than: caller.account)
        guard account.id == caller.account.id, hasEnded else { return reply }
        guard account.state == .active, let issued = try await signIn.begin(account, plan: tokens.plan, request)
        else {
            reply.fields.append(contentsOf: UserTokens.cleared)
            return reply
        }
        reply.fields.append(contentsOf: tokens.cookies(issued, at: now()))
        return reply
    }
}
