import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// The accounts that are signed in at a browser: which is in use, or answers an application's request, and the end of all.
///
/// Its forms hang on the browser and not on a session, since there need not be a current one.
struct AccountsScreen: Sendable {
    let desk: FrontDesk
    let requests: AuthorizeScreen

    static let path = "/accounts"

    /// The page, from which it goes on to `path`.
    static func path(returningTo path: ReturnPath?) -> String { Self.path + (path.map { "?\($0.query)" } ?? "") }

    var routes: [Route] {
        [
            desk.route(.get, Self.path) { try await show($0.endpointRequest) },
            desk.route(.post, Self.path + "/choose") { try await choose($0.endpointRequest) },
            desk.route(.post, Self.path + "/sign-out") { try await leave($0.endpointRequest) },
        ]
    }

    /// Where somebody signs in beside those who are.
    private static let signIn = "/sign-in?again=yes"

    private func show(_ request: EndpointRequest) async throws -> Reply {
        let path = request.queried("return").flatMap { ReturnPath($0) }
        let here = try await desk.sessionsHere(request)
        var rows: [Page.AccountChoice] = []
        for held in here {
            guard let account = try await desk.visitor(of: held.live)?.account else { continue }
            rows.append(
                Page.AccountChoice(
                    session: held.live.session.id.description,
                    name: account.name,
                    signInName: account.signInName,
                    isCurrent: held.isCurrent
                )
            )
        }
        guard !rows.isEmpty else {
            return desk.redirect(to: "/sign-in" + (path.map { "?\($0.query)" } ?? ""), request.notice)
        }
        var asked: AuthorizationRequest?
        if let query = path?.request { asked = await requests.request(in: query, from: request.clientNetwork) }
        var shown = Page.Accounts(
            choices: rows,
            returnPath: path?.description,
            signInPath: Self.signIn + (path.map { "&\($0.query)" } ?? "")
        )
        shown.asker = asked.map { Page.Asker($0.target) }
        var reply = desk.page(.accounts(shown), for: request, asked: asked?.interfaceLanguages ?? [])
        reply.fields.append(contentsOf: desk.leftovers(request, beside: here))
        if asked != nil { reply.fields[.contentSecurityPolicy] = PagePolicy(leadsOut: true).text }
        return reply
    }

    /// Only a session in this browser can be chosen. For an application's request it is chosen for that request alone; else the pages
    /// are of it from now on. One that ended in the meantime begins again with a password.
    private func choose(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.openForm(request)
        let path = try form.optional("return").flatMap { ReturnPath($0) }
        let here = try await desk.sessionsHere(request)
        let id = Session.ID(try form.optional("session") ?? "")
        guard let chosen = here.first(where: { $0.live.session.id == id }) else {
            let hint = try form.optional("hint").map { "&hint=" + PercentEncoding.encode(String($0.prefix(256))) } ?? ""
            return desk.redirect(to: Self.signIn + hint + (path.map { "&\($0.query)" } ?? ""))
        }
        guard let query = path?.request else {
            return try desk.change(to: chosen, among: here, path: path?.description ?? "/account")
        }
        return desk.redirect(to: "\(ReturnPath.authorize)?\(requests.dialogues.text(choosing: id, in: query))")
    }

    /// Signs every account out of this browser; elsewhere they stay signed in.
    private func leave(_ request: EndpointRequest) async throws -> Reply {
        _ = try desk.openForm(request)
        for held in try await desk.sessionsHere(request) {
            try await desk.sessions.end(held.live.session.id, of: held.live.subject.id)
        }
        var reply = desk.farewell(.signedOut)
        reply.fields.append(contentsOf: desk.leftovers(request, beside: []))
        return reply
    }
}
