package import Accounts
import HTTPTypes
package import JOSE
import OAuth
package import Provider
import Social

/// The accounts of the chat face: sign-in and sign-out, profile, friends.
package struct ChatAccountRoutes: Sendable {
    private let signIn: FaceSignIn
    private let accounts: any AccountStore
    private let people: ChatPeople
    private let emailChange: EmailChange
    private let provider: Provider
    private let now: @Sendable () -> Timestamp

    package init(
        signIn: FaceSignIn,
        accounts: any AccountStore,
        people: ChatPeople,
        emailChange: EmailChange,
        provider: Provider,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.signIn = signIn
        self.accounts = accounts
        self.people = people
        self.emailChange = emailChange
        self.provider = provider
        self.now = now
    }

    package var routes: [Route] {
        let (base, refusals) = (provider.settings.basePath, ChatRefusals(refusals: provider.refusals))
        typealias Answer = @Sendable (EndpointRequest) async throws -> Reply
        let mounted: [(HTTPRequest.Method, String, Operation, Answer)] = [
            (.post, "/api/auth/login", ChatOperations.login, login),
            (.post, "/api/auth/logout", ChatOperations.logout, logout),
            (.get, "/api/users/profile", ChatOperations.profile, profile),
            (.put, "/api/users/profile", ChatOperations.updateProfile, updateProfile),
            (.post, "/api/users/friends", ChatOperations.addFriend, addFriend),
            (.delete, "/api/users/friends", ChatOperations.removeFriend, removeFriend),
        ]
        return mounted.map { method, path, operation, respond in
            Route(method, base + path, operation: operation, refusal: refusals.reply(to:)) {
                .complete(try await respond($0.endpointRequest))
            }
        }
    }

    /// The token that a password brings here carries all scopes of this face.
    private var plan: SignInPlan {
        SignInPlan(
            client: Client.ID("martlet:chat"),
            scope: provider.settings.accountScope,
            accessTokenLifetime: provider.settings.signInTokenLifetime
        )
    }

    @Sendable private func login(_ request: EndpointRequest) async throws -> Reply {
        let body = try JSONBody(request)
        let (email, password) = (try body.email(), try body.required("password"))
        switch try await signIn.signIn(.email(email), password: password, plan: plan, request) {
        case .signedIn(let account, let tokens):
            return .json([
                "message": "Login successful",
                "token": .string(tokens.accessToken),
                "user": .object(try await people.json(of: account, isHere: true)),
            ])
        case .wrong, .notActivated:
            throw APIRefusal(
                .unauthorized,
                "Invalid email or password",
                FailedCheck("password", expected: "the account's", seen: "another, or no such account")
            )
        case .limited(let wait): throw APIRefusal.tooManySignIns(wait: wait)
        }
    }

    @Sendable private func logout(_ request: EndpointRequest) async throws -> Reply {
        let (verified, subject) = try await provider.bearer.admitAccount(request, scope: "openid")
        if let session = verified.session {
            try await signIn.sessions.end(session.id, of: subject.id)
        } else {
            try await provider.revoke(verified.token)
        }
        return .json(["message": "Logout successful"])
    }

    /// Whoever signed in here themself, or holds the account's key, is there: they ask. Another client may ask for somebody who is
    /// away.
    @Sendable private func profile(_ request: EndpointRequest) async throws -> Reply {
        let (account, verified) = try await caller(request, scope: "profile")
        let isHere = verified.ownKey != nil || verified.session?.client == plan.client
        return .json(.object(try await people.json(of: account, isHere: isHere)))
    }

    @Sendable private func updateProfile(_ request: EndpointRequest) async throws -> Reply {
        let account = try await account(request, scope: "profile:write")
        let body = try JSONBody(request)
        let (username, email) = (try body.optionalUsername(), try body.optionalEmail())
        // Both are looked at before either is changed, so that a refusal leaves nothing half done.
        if let username { try await refuseTaken(.username(username), "username", by: account) }
        if let email { try await refuseTaken(.email(email), "email", by: account) }
        if let email { try await changeEmail(of: account, to: email, request) }
        if let username {
            let outcome = try await accounts.update(account.id, at: now()) { $0.username = username }
            if case .usernameTaken = outcome { throw APIRefusal.taken("username") }
        }
        return .json(["message": "Profile updated successfully"])
    }

    @Sendable private func addFriend(_ request: EndpointRequest) async throws -> Reply {
        let account = try await account(request, scope: "friends")
        try await people.befriend(account.id, try JSONBody(request).required("friendId"), at: now())
        return .json(["message": "Friend added successfully"])
    }

    @Sendable private func removeFriend(_ request: EndpointRequest) async throws -> Reply {
        let account = try await account(request, scope: "friends")
        try await people.unfriend(account.id, try JSONBody(request).required("friendId"))
        return .json(["message": "Friend removed successfully"])
    }

    private func refuseTaken(
        _ identifier: AccountIdentifier,
        _ name: ParameterName,
        by account: Account
    ) async throws {
        if let holder = try await accounts.account(identifier), holder.id != account.id { throw APIRefusal.taken(name) }
    }

    /// The new address is unverified until its link is followed.
    private func changeEmail(of account: Account, to email: EmailAddress, _ request: EndpointRequest) async throws {
        do {
            let outcome = try await emailChange.change(account.id, to: email, from: request.clientNetwork)
            if outcome == .emailTaken { throw APIRefusal.taken("email") }
        } catch RecoveryError.limited(let wait) {
            throw APIRefusal.tooManyMails(wait: wait)
        }
    }

    private func account(_ request: EndpointRequest, scope: String) async throws -> Account {
        try await caller(request, scope: scope).account
    }

    private func caller(
        _ request: EndpointRequest,
        scope: String
    ) async throws -> (account: Account, verified: AccessTokenVerifier.Verified) {
        let (verified, subject) = try await provider.bearer.admitAccount(request, scope: scope)
        if let account = try await accounts.account(.id(Account.ID(subject.id.description))) {
            return (account, verified)
        }
        throw OAuthError.unusableToken(
            FailedCheck("account", expected: "one that exists", seen: "deleted meanwhile")
        )
    }
}

extension APIRefusal {
    /// Too many failed sign-ins; `wait` in seconds.
    static func tooManySignIns(wait: Int64) -> APIRefusal {
        APIRefusal(
            .tooManyRequests,
            "Too many failed sign-ins; wait for Retry-After seconds",
            FailedCheck("rate limit", expected: "fewer failures in a minute", seen: "the limit"),
            retryAfter: wait
        )
    }

    /// Too many mails; `wait` in seconds.
    static func tooManyMails(wait: Int64) -> APIRefusal {
        APIRefusal(
            .tooManyRequests,
            "Too many mails were asked for; wait for Retry-After seconds",
            FailedCheck("rate limit", expected: "fewer mails in an hour", seen: "the limit"),
            retryAfter: wait
        )
    }

    /// The member is not there.
    static func missing(_ name: ParameterName) -> APIRefusal {
        APIRefusal(.badRequest, "\(name) is missing", FailedCheck("\(name)", expected: "a string", seen: "absent"))
    }

    /// Somebody else has the value of this member.
    static func taken(_ name: ParameterName) -> APIRefusal {
        APIRefusal(.conflict, "\(name) is taken", FailedCheck("\(name)", expected: "a free one", seen: "a taken one"))
    }
}
