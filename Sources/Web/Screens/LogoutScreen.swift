import HTTPTypes
import OAuth
import Pages
import Provider

/// Where clients send people to be signed out (RP-Initiated Logout §2).
struct LogoutScreen: Sendable {
    let desk: FrontDesk
    let endpoint: LogoutEndpoint

    static let path = "/end-session"

    var routes: [Route] {
        [
            desk.route(.get, Self.path) { try await ask($0.endpointRequest) },
            desk.route(.post, Self.path) { try desk.asQuery($0.endpointRequest, of: Self.path) },
            desk.route(.post, Self.path + "/confirm") { try await confirm($0.endpointRequest) },
        ]
    }

    private func ask(_ request: EndpointRequest) async throws -> Reply {
        do {
            return try await answer(Parameters(form: Array(request.query.utf8)), request)
        } catch let error as OAuthError {
            return desk.refusedRequest(Text(.signOutRequestRefused), error, request)
        }
    }

    private func answer(_ parameters: Parameters, _ request: EndpointRequest) async throws -> Reply {
        let asked = try await endpoint.request(parameters)
        let here = try await desk.sessionsHere(request)
        let browser = try await endpoint.browser(of: asked)
        let meant = here.first { $0.live.session.id == browser } ?? here.first { asked.names($0.live) }
        if let meant {
            return leave(asked, try await endpoint.end(meant.live), meant.cookie, request)
        }
        guard let visitor = try await desk.visitor(of: request) else {
            return leave(asked, [], desk.cookies.current, request)
        }
        // Nothing tells that the person wants it: any page could have sent the browser here.
        return desk.page(
            .signOut(request: request.query),
            for: request,
            visitor,
            question: request.query,
            asked: asked.interfaceLanguages
        )
    }

    private func confirm(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.uncheckedForm(request)
        guard let live = try await desk.live(of: request) else { return desk.redirect(to: "/sign-in", .signedOut) }
        let query = try form.optional("request") ?? ""
        try desk.check(form, of: live.session.id, answering: query)
        let asked = try await endpoint.request(Parameters(form: Array(query.utf8)))
        return leave(asked, try await endpoint.end(live), desk.cookies.current, request)
    }

    /// The session of `cookie` is over: on to the client, by way of those that have to hear of it from the browser.
    private func leave(
        _ asked: LogoutRequest,
        _ addresses: [String],
        _ cookie: SessionCookie,
        _ request: EndpointRequest
    ) -> Reply {
        var reply: Reply
        if addresses.isEmpty, let location = asked.location {
            reply = desk.redirect(out: location)
        } else {
            let page = Page.signedOut(onTo: asked.location)
            reply = desk.html(page, for: request, asked: asked.interfaceLanguages, loading: addresses)
        }
        reply.fields.append(cookie.cleared)
        return reply
    }
}
