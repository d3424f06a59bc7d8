import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// Sign-in and sign-out.
struct SignInScreen: Sendable {
    let desk: FrontDesk
    let signIn: FaceSignIn
    let requests: AuthorizeScreen

    var routes: [Route] {
        [
            desk.route(.get, "/sign-in") { try await show($0.endpointRequest) },
            desk.route(.post, "/sign-in") { try await enter($0.endpointRequest) },
            desk.route(.post, "/sign-out") { try await leave($0.endpointRequest) },
        ]
    }

    private func show(_ request: EndpointRequest) async throws -> Reply {
        let path = request.queried("return").flatMap { ReturnPath($0) }
        let isAgain = request.queried("again") == "yes"
        if !isAgain, try await desk.visitor(of: request) != nil {
            return desk.redirect(to: path?.description ?? "/account")
        }
        return try await page(
            Page.SignIn(username: request.queried("hint") ?? "", returnPath: path?.description),
            request
        )
    }

    /// The page, which tells for which application it is.
    private func page(_ typed: Page.SignIn, _ request: EndpointRequest, problem: FormProblem? = nil)
        async throws -> Reply
    {
        var typed = typed
        var asked: AuthorizationRequest?
        if let query = typed.returnPath.flatMap({ ReturnPath($0) })?.request {
            asked = await requests.request(in: query, from: request.clientNetwork)
        }
        typed.asker = asked.map { Page.Asker($0.target) }
        if try await desk.hasOthers(request) {
            typed.chooserPath = AccountsScreen.path(returningTo: typed.returnPath.flatMap { ReturnPath($0) })
        }
        let languages = asked?.interfaceLanguages ?? []
        var reply = desk.page(.signIn(typed), for: request, asked: languages, problem: problem)
        if asked != nil { reply.fields[.contentSecurityPolicy] = PagePolicy(leadsOut: true).text }
        return reply
    }

    private func enter(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.openForm(request)
        let typed = Page.SignIn(
            username: try form.optional("username")?.trimmed ?? "",
            isRemembered: try form.optional("remember") == "yes",
            returnPath: try form.optional("return").flatMap { ReturnPath($0) }?.description
        )
        do {
            let tokens = try await admit(typed, try form.optional("password") ?? "", request)
            return try await desk.welcome(tokens, from: request, to: typed.returnPath ?? "/account")
        } catch let error {
            guard let problem = error as? FormProblem ?? FormProblem(waiting: error) else { throw error }
            return try await page(typed, request, problem: problem)
        }
    }

    /// Throws `FormProblem`: who is wrong learns nothing but that.
    private func admit(_ typed: Page.SignIn, _ password: String, _ request: EndpointRequest) async throws
        -> SignInTokens
    {
        guard !typed.username.isEmpty else {
            throw FormProblem.field("username", Text(.typeUsername), expected: "some text")
        }
        guard !password.isEmpty else {
            throw FormProblem.field("password", Text(.typePassword), expected: "some text")
        }
        guard let identifier = AccountIdentifier(typed.username) else { throw Self.wrong }
        let plan = SignInPlan.pages(isRemembered: typed.isRemembered)
        switch try await signIn.signIn(identifier, password: password, plan: plan, request) {
        case .signedIn(_, let tokens): return tokens
        case .wrong: throw Self.wrong
        case .notActivated: throw Self.notActivated
        case .limited(let wait): throw FormProblem.tooManySignIns(wait: wait)
        }
    }

    private static let wrong = FormProblem(
        .forbidden,
        Text(.wrongSignIn),
        failed: FailedCheck("password", expected: "the account's", seen: "another, or no such account")
    )

    private static let notActivated = FormProblem(
        .forbidden,
        Text(.notActivated),
        failed: FailedCheck("account", expected: "one whose first mail was answered", seen: "one that waits for that")
    )

    /// Whose session is over already has nothing left to end.
    private func leave(_ request: EndpointRequest) async throws -> Reply {
        do {
            let (visitor, _) = try await desk.form(request, in: .account)
            try await desk.sessions.end(visitor.session.id, of: visitor.session.subject)
        } catch is SignInNeeded {}
        return try await desk.farewell(.signedOut, to: request)
    }
}

extension SignInPlan {
    /// What the pages give: a session. Its token is given to nobody.
    static func pages(isRemembered: Bool) -> SignInPlan {
        SignInPlan(
            client: FrontDesk.client,
            scope: Scope(tokens: ["openid"]),
            accessTokenLifetime: 60,
            isRemembered: isRemembered
        )
    }
}
