import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// Where clients send people to sign in (RFC 6749 §3.1): the way through sign-in and consent, and back to the client.
struct AuthorizeScreen: Sendable {
    let desk: FrontDesk
    let endpoint: AuthorizationEndpoint
    let dialogues: Dialogues

    var routes: [Route] {
        [
            desk.route(.get, ReturnPath.authorize) { try await ask($0.endpointRequest) },
            desk.route(.post, ReturnPath.authorize) { try desk.asQuery($0.endpointRequest, of: ReturnPath.authorize) },
            desk.route(.post, ReturnPath.authorize + "/consent") { try await decide($0.endpointRequest) },
        ]
    }

    private func ask(_ request: EndpointRequest) async throws -> Reply {
        let dialogue = dialogues.dialogue(in: request.query)
        return try await answered(request) {
            let asked = try await self.asked(dialogue, request)
            return try await proceed(asked, as: try await answering(asked))
        }
    }

    /// The person allowed or denied what was asked for.
    private func decide(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.uncheckedForm(request)
        let question = try form.required("request")
        let dialogue = dialogues.dialogue(in: question)
        return try await answered(request) {
            let asked = try await self.asked(dialogue, request)
            let answering = try await answering(asked)
            guard let live = answering.live else { throw SignInNeeded(returnPath: ReturnPath(Section.account.path)) }
            // Whoever was shown this very question is who answers it.
            try desk.check(form, of: live.session.id, answering: question)
            guard try form.optional("choice") == "allow" else {
                return deliver(try await endpoint.deny(asked.content), for: request)
            }
            try await endpoint.allow(asked.content, by: live.subject.id)
            return try await proceed(asked, as: answering, hasConsented: true)
        }
    }

    /// A request and the dialogue that it is part of.
    private struct Asked {
        let content: AuthorizationRequest
        let dialogue: Dialogues.Dialogue
        let request: EndpointRequest

        init(_ content: AuthorizationRequest, _ dialogue: Dialogues.Dialogue, _ request: EndpointRequest) {
            self.content = content
            self.dialogue = dialogue
            self.request = request
        }
    }

    private func asked(_ dialogue: Dialogues.Dialogue, _ request: EndpointRequest) async throws -> Asked {
        let content = try await self.request(in: dialogue, request.clientNetwork)
        if content.pushed != nil { return Asked(content, dialogue.ofPushedRequest, request) }
        // What was fetched travels on in place of its address, so that the person allows what they were shown.
        return Asked(content, content.fetchedObject.map(dialogue.carrying) ?? dialogue, request)
    }

    private func request(
        in dialogue: Dialogues.Dialogue,
        _ network: String
    ) async throws -> AuthorizationRequest {
        let parameters: Parameters
        do throws(OAuthError) {
            parameters = try Parameters(keepingRepeatedOf: Array(dialogue.query.utf8))
        } catch {
            throw AuthorizationFailure.page(error)
        }
        return try await endpoint.request(parameters, start: dialogue.start, from: network)
    }

    /// From which of the browser's sessions a request is answered.
    private struct Answering {
        let live: LiveSession?
        var isChosen = false
        let hasAccounts: Bool
    }

    /// In this order: the session that the person signed in to for the request, the one that they chose for it, the one that the client
    /// names, the current one. None of it changes of which session the pages are.
    private func answering(_ asked: Asked) async throws -> Answering {
        let here = try await desk.sessionsHere(asked.request)
        let current = here.first { $0.isCurrent }?.live
        let choice = asked.dialogue.choice
        if let current, current.session.authenticatedAt >= choice?.moment ?? asked.dialogue.start {
            return Answering(live: current, hasAccounts: true)
        }
        if let chosen = here.first(where: { $0.live.session.id == choice?.session }) {
            return Answering(live: chosen.live, isChosen: true, hasAccounts: true)
        }
        let named = try await here.count > 1 || current == nil ? named(by: asked.content, among: here) : nil
        return Answering(live: named ?? current, hasAccounts: !here.isEmpty)
    }

    /// The session of the account that `id_token_hint`, or else `login_hint`, names.
    private func named(by request: AuthorizationRequest, among here: [BrowserSession]) async throws -> LiveSession? {
        if let expected = request.expectedSubject { return here.first { $0.live.subject.id == expected }?.live }
        guard let hint = request.loginHint else { return nil }
        for held in here where try await desk.visitor(of: held.live)?.account.isNamed(by: hint) == true {
            return held.live
        }
        return nil
    }

    private func proceed(_ asked: Asked, as answering: Answering, hasConsented: Bool = false) async throws -> Reply {
        let state = BrowserState(
            live: answering.live,
            isChosen: answering.isChosen,
            hasAccounts: answering.hasAccounts,
            dialogueStart: asked.dialogue.start,
            hasConsented: hasConsented
        )
        switch try await endpoint.next(asked.content, state) {
        case .respond(let response):
            if let live = answering.live { desk.sessions.touch(live.session.id) }
            return deliver(response, for: asked.request)
        case .chooseAccount:
            return desk.redirect(to: AccountsScreen.path(returningTo: try returnPath(asked)))
        case .signIn(let request, let isAgain):
            var name = request.loginHint
            if answering.isChosen, let live = answering.live {
                name = try await desk.visitor(of: live)?.account.signInName
            }
            let hint = name.map { "&hint=" + PercentEncoding.encode($0) } ?? ""
            return desk.redirect(
                to: "/sign-in?" + (try returnPath(asked).query) + (isAgain ? "&again=yes" : "") + hint
            )
        case .consent(let request, let scope):
            guard let live = answering.live, let visitor = try await desk.visitor(of: live) else {
                throw SignInNeeded(returnPath: nil)
            }
            var question = Page.Consent(
                asker: Page.Asker(request.target),
                account: visitor.account.name,
                scope: scope.tokens,
                request: dialogues.text(of: asked.dialogue),
                chooserPath: AccountsScreen.path(returningTo: try returnPath(asked))
            )
            question.words = try await endpoint.words(of: scope)
            question.resources = request.resources.map { ($0.name, $0.id.description) }
            var reply = desk.page(
                .consent(question),
                for: asked.request,
                visitor,
                question: question.request,
                asked: request.interfaceLanguages
            )
            reply.fields[.contentSecurityPolicy] = PagePolicy(leadsOut: true).text
            return reply
        }
    }

    /// The way back to the request, which carries its dialogue.
    private func returnPath(_ asked: Asked) throws(AuthorizationFailure) -> ReturnPath {
        guard let path = ReturnPath(request: dialogues.text(of: asked.dialogue)) else { throw Self.tooLong }
        return path
    }

    private static let tooLong = AuthorizationFailure.page(
        OAuthError(
            .invalidRequest,
            "the request is too long, or has characters that a URL may not have",
            FailedCheck("query", expected: "at most \(ReturnPath.requestLimit) bytes", seen: "another")
        )
    )

    /// The request that `query` carries, which came from `network`, for the pages where people say who they are; nil when it would be
    /// refused anyway.
    func request(in query: String, from network: String) async -> AuthorizationRequest? {
        try? await request(in: dialogues.dialogue(in: query), network)
    }

    /// What goes wrong is a page or an answer to the client, as far as both are known.
    private func answered(_ request: EndpointRequest, _ body: () async throws -> Reply) async throws -> Reply {
        do {
            return try await body()
        } catch AuthorizationFailure.response(let response) {
            return deliver(response, for: request)
        } catch AuthorizationFailure.page(let error) {
            return desk.refusedRequest(Text(.signInRequestRefused), error, request)
        }
    }

    private func deliver(_ response: AuthorizationResponse, for request: EndpointRequest) -> Reply {
        var reply: Reply
        switch response.target.mode {
        case .query, .fragment:
            reply = desk.redirect(out: response.location)
        case .formPost:
            reply = desk.formPost(to: response.target.redirectURI, response.parameters, for: request)
        }
        reply.refusal = response.refusal
        return reply
    }
}

extension Page.Asker {
    init(_ target: ResponseTarget) {
        let (client, metadata) = (target.client, target.client.metadata)
        self.init(
            name: client.documentHost ?? client.nameForPeople,
            destination: RedirectURI.origin(of: target.redirectURI),
            logo: metadata.logo.map { _ in LogoScreen.path(of: client.id) },
            links: [
                (Text(.website), metadata.page), (Text(.privacyPolicy), metadata.policy),
                (Text(.termsOfService), metadata.terms),
            ].compactMap { text, address in address.map { (text, $0.description) } }
        )
        guard let host = client.documentHost else { return }
        let isNamed = client.name != client.id.description
        let name = isNamed ? [Text(.callsItself, [.name: .verbatim(client.name)])] : []
        notes = [.list([Text(.unregistered, [.host: .verbatim(host)])] + name, separator: " ")]
        if !target.redirectURI.hasPrefix("https:") {
            notes.append(Text(.runsOnThisMachine))
        }
    }
}
