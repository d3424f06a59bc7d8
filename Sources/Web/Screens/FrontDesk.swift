package import Accounts
package import HTTPTypes
import OAuth
package import Pages
package import Provider

/// Where every request for a page is received: who is it, was the form ours, what does the answer look like.
package struct FrontDesk: Sendable {
    /// The path of the issuer.
    let base: String
    let sessions: Sessions
    let accounts: any AccountStore
    /// In which language who asks is answered.
    let reader: ReaderLanguage
    private let renderer: PageRenderer
    let cookies: SessionCookies
    private let forms: FormTokens
    private let origin: SameOrigin
    private let refusals: Refusals

    /// The face that people sign in to here.
    static let client = Client.ID("martlet:pages")

    package init(
        renderer: PageRenderer,
        cookies: SessionCookies,
        forms: FormTokens,
        accounts: any AccountStore,
        provider: Provider
    ) {
        self.renderer = renderer
        reader = ReaderLanguage(catalogues: renderer.catalogues)
        self.cookies = cookies
        self.forms = forms
        self.accounts = accounts
        base = provider.settings.basePath
        sessions = provider.sessions
        origin = SameOrigin(provider.settings)
        refusals = provider.refusals
    }

    /// A route of a page; `path` is below the issuer's. What `respond` throws becomes a page.
    func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        respond: @escaping @Sendable (RouteRequest) async throws -> Reply
    ) -> Route {
        Route(method, base + path, allowsBrowsers: false, refusal: { reply(to: $0, for: [:]) }) { request in
            do {
                return .complete(try await respond(request))
            } catch {
                return .complete(reply(to: error, for: request.endpointRequest.fields))
            }
        }
    }

    /// The stylesheet that comes after the house's, if there is one.
    var ownStylesheet: Theme.Stylesheet? { renderer.ownStylesheet }

    // The next three sections: people, forms, replies. They are in extensions of their own.
}

/// Somebody who is signed in.
struct Visitor: Sendable {
    let session: Session
    let account: Account

    var isAdministrator: Bool { account.roles.contains(.admin) }
    var person: Frame.Person { Frame.Person(name: account.name, isAdministrator: isAdministrator) }
}

extension FrontDesk {
    /// Who the request's cookie leads to, asked anew each time: whoever was blocked, deleted or signed out is nobody.
    func visitor(of request: EndpointRequest) async throws -> Visitor? {
        guard let live = try await live(of: request) else { return nil }
        return try await visitor(of: live)
    }

    /// The session that the request's cookie leads to, under the same conditions.
    func live(of request: EndpointRequest) async throws -> LiveSession? {
        guard let contents = cookies.current.contents(of: request), let live = try await sessions.live(contents.session)
        else {
            return nil
        }
        sessions.touch(live.session.id)
        return live
    }

    /// Who asks for a page. Throws `SignInNeeded` when it is nobody.
    func visitor(reading request: EndpointRequest) async throws -> Visitor {
        if let visitor = try await visitor(of: request) { return visitor }
        throw SignInNeeded(returnPath: ReturnPath(path: request.path.dropFirst(base.count), query: request.query))
    }

    /// Who sends a form of a page of `section`, and the form. Throws 403 when it was not made for this session.
    func form(_ request: EndpointRequest, in section: Section) async throws -> (visitor: Visitor, form: Parameters) {
        try origin.check(request)
        guard let visitor = try await visitor(of: request) else {
            throw SignInNeeded(returnPath: ReturnPath(section.path))
        }
        let form = try RequestBody.parameters(of: request)
        try check(form, of: visitor.session.id)
        return (visitor, form)
    }

    /// A form of a page of ours, whose token is still to be checked.
    func uncheckedForm(_ request: EndpointRequest) throws -> Parameters {
        try origin.check(request)
        return try RequestBody.parameters(of: request)
    }

    /// Throws 403 when `form` was not made for `session` and, where it answers a question, for that question.
    func check(_ form: Parameters, of session: Session.ID, answering question: String? = nil) throws {
        try forms.check(form.optional(.formToken), .session(session, question: question))
    }

    /// A form of a page that needs no sign-in. Throws 403 when it was not made for this browser.
    func openForm(_ request: EndpointRequest) throws -> Parameters {
        let form = try uncheckedForm(request)
        try forms.check(form.optional(.formToken), forms.browser(of: request))
        return form
    }
}

extension FrontDesk {
    /// Begins to believe the browser: the cookie of a new session.
    func welcome(_ tokens: SignInTokens, to path: String, _ notice: Notice? = nil) throws -> Reply {
        var reply = redirect(to: path, notice)
        reply.fields.append(try cookies.current.field(tokens.session))
        return reply
    }

    /// Sends the browser to the sign-in page, without a session.
    func farewell(_ notice: Notice) -> Reply {
        var reply = redirect(to: "/sign-in", notice)
        reply.fields.append(cookies.current.cleared)
        return reply
    }

    /// Sends the browser to another site, which is not told where it came from.
    func redirect(out location: String) -> Reply {
        let policy = HTTPField.Name("Referrer-Policy")!
        return Reply(.seeOther, fields: [.location: location, .cacheControl: "no-store", policy: "no-referrer"])
    }

    /// Sends the browser to another page of ours with GET; `notice` is what that page says.
    func redirect(to path: String, _ notice: Notice? = nil) -> Reply {
        let query = notice.map { "\(path.contains("?") ? "&" : "?")done=\($0.rawValue)" } ?? ""
        return Reply(.seeOther, fields: [.location: base + path + query, .cacheControl: "no-store"])
    }

    /// A page with what `problem` says above it, or what the redirect here left to say. One that asks a `question` has no ways out but
    /// its answers, and its form is good for that question alone. `asked` are the languages that an application wants.
    func page(
        _ page: Page,
        for request: EndpointRequest,
        _ visitor: Visitor? = nil,
        question: String? = nil,
        asked: [String] = [],
        problem: FormProblem? = nil
    ) -> Reply {
        let alert = problem?.alert ?? request.notice.map { Alert.done($0) }
        let path = asked.isEmpty ? pathAgain(of: request) : nil
        let framed = { person, token in
            html(
                page,
                for: request,
                Frame(person: person, alert: alert, formToken: token, path: path),
                asked: asked
            )
        }
        var reply: Reply
        if let visitor {
            reply = framed(
                question == nil ? visitor.person : nil,
                forms.token(.session(visitor.session.id, question: question))
            )
            // Nothing that opened this page keeps a hand on it.
            reply.fields[Self.openerPolicy] = "same-origin"
        } else if let anchor = forms.browser(of: request) {
            reply = framed(nil, forms.token(anchor))
        } else {
            let (anchor, cookie) = forms.newBrowser()
            reply = framed(nil, forms.token(anchor))
            reply.fields.append(cookie)
        }
        if let problem {
            reply.status = problem.status
            reply.refusal = problem.refusal
            if let wait = problem.retryAfter { reply.fields[.retryAfter] = "\(wait)" }
        }
        return reply
    }

    /// Where the page that `request` asks for comes again; nil when it answers a form, or cannot be asked for by path.
    private func pathAgain(of request: EndpointRequest) -> String? {
        guard request.body.isEmpty else { return nil }
        let path = String(request.path.dropFirst(base.count))
        return LanguageScreen.page(request.query.isEmpty ? path : "\(path)?\(request.query)")
    }

    private static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!

    /// The page with what a client's request could not be served for.
    func refusedRequest(_ heading: Text, _ error: OAuthError, _ request: EndpointRequest) -> Reply {
        let text = Text.verbatim(error.description.description + ".")
        var reply = html(.refused(heading, text), for: request, status: .badRequest)
        reply.refusal = Refusal(error: error.code.name, failed: error.failed)
        return reply
    }

    /// A request that came by POST, across sites perhaps and then without cookies, comes again by GET with them. Its body is all of it:
    /// what stands in its own query is passed over.
    func asQuery(_ request: EndpointRequest, of path: String) throws -> Reply {
        _ = try RequestBody.parameters(of: request)
        return redirect(to: path + "?" + QueryText.encode(body: request.body))
    }

    /// A page that loads `addresses` of other sites in frames that nobody sees, and then goes on by itself if it has where to.
    func html(_ page: Page, for request: EndpointRequest, asked: [String], loading addresses: [String]) -> Reply {
        var reply = html(page, for: request, Frame(addresses: addresses), asked: asked)
        let origins = Set(addresses.map { RedirectURI.origin(of: $0) }).sorted()
        reply.fields[.contentSecurityPolicy] = PagePolicy(frames: origins).text
        return reply
    }

    /// A page that sends `parameters` on to another site by itself.
    func formPost(
        to action: String,
        _ parameters: [(name: String, value: String)],
        for request: EndpointRequest
    ) -> Reply {
        let catalogue = reader.catalogue(for: request.fields)
        var reply = html(renderer.formPost(to: action, parameters, catalogue), catalogue)
        reply.fields[.contentSecurityPolicy] = PagePolicy(leadsOut: true, sendsItself: true).text
        return reply
    }

    /// A page without a form.
    func html(
        _ page: Page,
        for request: EndpointRequest,
        _ frame: Frame = .bare,
        asked: [String] = [],
        status: HTTPResponse.Status = .ok
    ) -> Reply {
        let catalogue = reader.catalogue(for: request.fields, asked: asked)
        return html(renderer.html(page, in: frame, catalogue), catalogue, status)
    }

    private func html(_ text: String, _ catalogue: Catalogue, _ status: HTTPResponse.Status = .ok) -> Reply {
        Reply(
            status,
            fields: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLanguage: catalogue.language, .vary: "Accept-Language, Cookie",
            ],
            body: Array(text.utf8)
        )
    }
}

extension FrontDesk {
    /// The page that an error becomes, for whoever sent `fields`.
    package func reply(to error: any Error, for fields: HTTPFields) -> Reply {
        if let needed = error as? SignInNeeded {
            return redirect(to: "/sign-in" + (needed.returnPath.map { "?\($0.query)" } ?? ""), .sessionOver)
        }
        if let problem = FormProblem(waiting: error) { return reply(to: problem, for: fields) }
        if let refusal = error as? APIRefusal {
            return reply(
                to: FormProblem(
                    refusal.status,
                    .verbatim(refusal.message.description + "."),
                    failed: refusal.failed
                ),
                for: fields
            )
        }
        let (refused, isFault) = refusals.explain(error)
        let status = HTTPResponse.Status(code: refused.code.status)
        var reply = errorPage(ErrorPage(status).page, for: fields, status)
        for field in refused.fields {
            if let name = HTTPField.Name(field.name) { reply.fields[name] = field.value }
        }
        reply.refusal = Refusal(error: refused.code.name, failed: refused.failed, isFault: isFault)
        return reply
    }

    private func errorPage(_ page: Page, for fields: HTTPFields, _ status: HTTPResponse.Status) -> Reply {
        let catalogue = reader.catalogue(for: fields)
        return html(renderer.html(page, in: .bare, catalogue), catalogue, status)
    }

    private func reply(to problem: FormProblem, for fields: HTTPFields) -> Reply {
        let page = Page.refused(ErrorPage(problem.status).heading, problem.alert.text)
        var reply = errorPage(page, for: fields, problem.status)
        reply.refusal = problem.refusal
        if let wait = problem.retryAfter { reply.fields[.retryAfter] = "\(wait)" }
        return reply
    }
}

/// The page is for people who are signed in.
struct SignInNeeded: Error {
    /// Where they wanted to go; nil for a place that has no page.
    let returnPath: ReturnPath?
}

extension ParameterName {
    static let formToken: ParameterName = "form_token"
}

extension EndpointRequest {
    /// The parameter of the query with this name; nil when it is not there or the query is malformed.
    func queried(_ name: ParameterName) -> String? {
        (try? Parameters(form: Array(query.utf8)).optional(name)) ?? nil
    }

    /// What the redirect to this page left to say.
    var notice: Notice? { queried("done").flatMap(Notice.init(rawValue:)) }
}
