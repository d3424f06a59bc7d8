import Accounts
import HTTPTypes
package import JOSE
import OAuth
package import Provider

/// Sign-in at the user-management face: `/v1/login`, `/v1/refresh/jwt`.
package struct UserSignInRoutes: Sendable {
    private let signIn: FaceSignIn
    private let gate: UserGate
    private let tokens: UserTokens
    private let provider: Provider
    private let now: @Sendable () -> Timestamp

    package init(
        signIn: FaceSignIn,
        gate: UserGate,
        tokens: UserTokens,
        provider: Provider,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.signIn = signIn
        self.gate = gate
        self.tokens = tokens
        self.provider = provider
        self.now = now
    }

    package var routes: [Route] {
        let face = UserFace(provider)
        return [
            face.route(.post, "/v1/login", UserOperations.login, login),
            face.route(.get, "/v1/refresh/jwt", UserOperations.refresh, refresh),
        ]
    }

    @Sendable private func login(_ routed: RouteRequest) async throws -> Reply {
        let request = routed.endpointRequest
        try gate.checkOrigin(of: request)
        let body = try JSONBody(request)
        let (text, password) = (try body.required("username"), try body.required("password"))
        guard let username = Username(text) else { throw Self.wrong }
        switch try await signIn.signIn(.username(username), password: password, plan: tokens.plan, request) {
        case .signedIn(let account, let issued):
            var reply = Reply.json(["message": "Login successful", "user": .object(account.userRecord)])
            reply.fields.append(contentsOf: tokens.cookies(issued, at: now()))
            return reply
        case .wrong, .notActivated: throw Self.wrong
        case .limited(let wait): throw APIRefusal.tooManySignIns(wait: wait)
        }
    }

    @Sendable private func refresh(_ routed: RouteRequest) async throws -> Reply {
        let request = routed.endpointRequest
        try gate.checkOrigin(of: request)
        guard let presented = RequestCookies(request.fields)[UserTokens.refreshCookie] else {
            throw gate.unrefreshable(nil)
        }
        do {
            let issued = try await signIn.sessions.refresh(presented, plan: tokens.plan)
            var reply = Reply.json(["message": "Token refreshed"])
            reply.fields.append(contentsOf: tokens.cookies(issued, at: now()))
            return reply
        } catch let error as SessionError {
            let seen = error == .reused ? "one that was used before" : "none that is good"
            throw gate.unrefreshable(FailedCheck("refresh token", expected: "a fresh one", seen: seen))
        }
    }

    private static var wrong: APIRefusal {
        APIRefusal(
            .unauthorized,
            "Invalid username or password",
            FailedCheck("password", expected: "the account's", seen: "another, or no such account")
        )
    }
}
