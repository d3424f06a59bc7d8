import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// The sessions of the session face, held by a cookie: `/health-check`, `/users/login`, `/users/verify-session`, `/users/logout`.
package struct SessionRoutes: Sendable {
    private let signIn: FaceSignIn
    private let cookie: SessionCookie
    private let records: SessionRecords
    private let origin: SameOrigin
    private let refusals: APIRefusals
    private let base: String

    package init(signIn: FaceSignIn, cookie: SessionCookie, records: SessionRecords, provider: Provider) {
        self.signIn = signIn
        self.cookie = cookie
        self.records = records
        origin = SameOrigin(provider.settings)
        refusals = APIRefusals(refusals: provider.refusals) { ["message": $0] }
        base = provider.settings.basePath
    }

    package var routes: [Route] {
        typealias Answer = @Sendable (EndpointRequest) async throws -> Reply
        let mounted: [(HTTPRequest.Method, String, Operation, Answer)] = [
            (.post, "/users/login", SessionOperations.login, login),
            (.get, "/users/verify-session", SessionOperations.verify, verifySession),
            (.post, "/users/logout", SessionOperations.logout, logout),
        ]
        return [
            Route(
                .get,
                "\(base)/health-check",
                isPublicDocument: true,
                operation: SessionOperations.health,
                refusal: refusals.reply(to:)
            ) { _ in
                .complete(.json(["message": "Application is safe and healthy. :)"]))
            }
        ]
            + mounted.map { method, path, operation, respond in
                Route(
                    method,
                    base + path,
                    allowsBrowsers: false,
                    operation: operation,
                    refusal: refusals.reply(to:)
                ) {
                    .complete(try await respond($0.endpointRequest))
                }
            }
    }

    /// Who asks to be remembered is idle as soon as others; the session is then renewed until the cookie's end. No access token
    /// leaves the server through this face.
    private static func plan(isRemembered: Bool) -> SignInPlan {
        var plan = SignInPlan(
            client: Client.ID("martlet:session"),
            scope: Scope(tokens: ["openid"]),
            accessTokenLifetime: 0,
            isRemembered: isRemembered
        )
        plan.limits = SessionLimits(idle: SessionLimits.standard.idle, absolute: plan.limits.absolute)
        return plan
    }

    @Sendable private func login(_ request: EndpointRequest) async throws -> Reply {
        try origin.check(request)
        let old = cookie.contents(of: request)?.session
        if let old, try await signIn.sessions.live(old) != nil {
            return .json(["message": "You are already logged in."])
        }
        let body = try JSONBody(request)
        let email = try body.email()
        let password = try body.required("password")
        let plan = Self.plan(isRemembered: try body.flag("rememberMe"))
        switch try await signIn.signIn(.email(email), password: password, plan: plan, request) {
        case .signedIn(_, let tokens):
            // The cookie that is replaced must not be good for a renewal.
            if let old { try await signIn.sessions.end(old) }
            guard let live = try await signIn.sessions.live(tokens.session.id) else { throw APIRefusal.wrongLogin }
            return try await welcome(live)
        case .wrong: throw APIRefusal.wrongLogin
        case .notActivated: throw APIRefusal.notActivated
        case .limited(let wait): throw APIRefusal.tooManySignIns(wait: wait)
        }
    }

    @Sendable private func verifySession(_ request: EndpointRequest) async throws -> Reply {
        guard cookie.isPresent(in: request) else { throw APIRefusal.noSessionCookie(cookie.name) }
        guard let contents = cookie.contents(of: request) else { return over("a cookie that was not made here") }
        if let live = try await signIn.sessions.live(contents.session) {
            signIn.sessions.touch(live.session.id)
            return .json(try await records.person(of: live))
        }
        await records.remove(contents.session)
        guard let account = contents.account else { return over("one that is over, not to be remembered") }
        let renewed = try await signIn.sessions.renew(contents.session, of: account, origin: SessionOrigin(request))
        guard let renewed else { return over("one that is over, and not to be renewed") }
        return try await welcome(renewed)
    }

    @Sendable private func logout(_ request: EndpointRequest) async throws -> Reply {
        try origin.check(request)
        guard cookie.isPresent(in: request) else { throw APIRefusal.noSessionCookie(cookie.name) }
        if let session = cookie.contents(of: request)?.session {
            try await signIn.sessions.end(session)
            await records.remove(session)
        }
        var reply = Reply.json(["message": "You are logged out."])
        reply.fields.append(cookie.cleared)
        return reply
    }

    /// Who somebody is, with the cookie of a session that has just begun.
    private func welcome(_ live: LiveSession) async throws -> Reply {
        var reply = Reply.json(try await records.person(of: live))
        reply.fields.append(
            try cookie.field(
                SessionCookie.Contents(
                    session: live.session.id,
                    account: live.session.isRemembered ? live.subject.id : nil,
                    expiry: live.session.expiry
                )
            )
        )
        return reply
    }

    /// 401, and the cookie is taken away.
    private func over(_ seen: String) -> Reply {
        var reply = refusals.reply(
            to: APIRefusal(
                .unauthorized,
                "The session is over; log in again",
                FailedCheck("session", expected: "one that lives", seen: seen)
            )
        )
        reply.fields.append(cookie.cleared)
        return reply
    }
}

extension APIRefusal {
    /// One answer for a wrong password and for an address that nobody has.
    fileprivate static let wrongLogin = APIRefusal(
        .notFound,
        "There is no account with this email address and password",
        FailedCheck("password", expected: "the account's", seen: "another, or no such account")
    )

    fileprivate static let notActivated = APIRefusal(
        .notFound,
        "This account is not activated yet; follow the link in the mail that was sent to you, then log in",
        FailedCheck("account", expected: "an activated one", seen: "one that waits for its link to be followed")
    )

    fileprivate static func noSessionCookie(_ name: String) -> APIRefusal {
        APIRefusal(
            .badRequest,
            "The session_uuid cookie is missing; log in first",
            FailedCheck("cookie", expected: "one \(name)", seen: "none, or more than one")
        )
    }
}
