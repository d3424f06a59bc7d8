import Accounts
import HTTPTypes
import OAuth
import Pages
import Provider

// Several accounts in one browser.
extension FrontDesk {
    /// The live sessions in the browser, the current one first; of each account one. Whoever was blocked, deleted or signed out is
    /// not among them.
    func sessionsHere(_ request: EndpointRequest) async throws -> [BrowserSession] {
        var found: [BrowserSession] = []
        for cookie in [cookies.current] + cookies.others {
            guard let contents = cookie.contents(of: request), let live = try await sessions.live(contents.session),
                !found.contains(where: { $0.live.subject.id == live.subject.id })
            else { continue }
            found.append(BrowserSession(cookie: cookie, live: live, isCurrent: cookie.name == cookies.current.name))
        }
        return found
    }

    /// Whether somebody waits in the browser beside the current session.
    func hasOthers(_ request: EndpointRequest) async throws -> Bool {
        guard cookies.others.contains(where: { $0.isPresent(in: request) }) else { return false }
        return try await sessionsHere(request).contains { !$0.isCurrent }
    }

    /// The account of a session, or nil when it is gone.
    func visitor(of live: LiveSession) async throws -> Visitor? {
        guard let account = try await accounts.account(.id(Account.ID(live.subject.id.description))) else { return nil }
        return Visitor(session: live.session, account: account)
    }

    /// Begins to believe the browser, which goes on with the new session. An earlier one of the same account ends; that of another
    /// account waits beside it, and where there is no room for that the one ends that was used least lately.
    func welcome(_ tokens: SignInTokens, from request: EndpointRequest, to path: String) async throws -> Reply {
        var reply = try welcome(tokens, to: path)
        let (own, foreign) = try await sessionsHere(request).split { $0.live.subject.id == tokens.session.subject }
        for held in own {
            try await sessions.end(held.live.session.id, of: held.live.subject.id)
            if !held.isCurrent { reply.fields.append(held.cookie.cleared) }
        }
        guard let previous = foreign.first(where: \.isCurrent) else { return reply }
        let waiting = foreign.filter { !$0.isCurrent }
        let taken = Set((waiting + own).map(\.cookie.name))
        if let free = cookies.others.first(where: { !taken.contains($0.name) }) {
            reply.fields.append(try free.field(previous.live.session))
        } else if let oldest = waiting.min(by: { $0.live.session.lastSeenAt < $1.live.session.lastSeenAt }) {
            try await sessions.end(oldest.live.session.id, of: oldest.live.subject.id)
            reply.fields.append(try oldest.cookie.field(previous.live.session))
        }
        return reply
    }

    /// Makes `chosen` the session that the pages are of; the one before it waits in its place.
    func change(to chosen: BrowserSession, among here: [BrowserSession], path: String) throws -> Reply {
        var reply = redirect(to: path)
        guard !chosen.isCurrent else { return reply }
        reply.fields.append(try cookies.current.field(chosen.live.session))
        let previous = here.first(where: \.isCurrent)
        reply.fields.append(try previous.map { try chosen.cookie.field($0.live.session) } ?? chosen.cookie.cleared)
        return reply
    }

    /// The fields that take the cookies away which lead to no live session any more.
    func leftovers(_ request: EndpointRequest, beside here: [BrowserSession]) -> [HTTPField] {
        let alive = Set(here.map(\.cookie.name))
        return cookies.others.filter { $0.isPresent(in: request) && !alive.contains($0.name) }.map(\.cleared)
    }

    /// Sends the browser on after the end of its current session: to those that wait, or to the sign-in page.
    func farewell(_ notice: Notice, to request: EndpointRequest) async throws -> Reply {
        var reply = redirect(to: try await hasOthers(request) ? AccountsScreen.path : "/sign-in", notice)
        reply.fields.append(cookies.current.cleared)
        return reply
    }
}

extension Sequence {
    /// Those that fit, and those that do not.
    fileprivate func split(_ fits: (Element) -> Bool) -> (those: [Element], rest: [Element]) {
        (filter(fits), filter { !fits($0) })
    }
}

extension Account {
    /// What its owner types to sign in; empty where there is nothing to type.
    var signInName: String { username?.description ?? email?.description ?? "" }

    /// Whether `text` is what its owner types to sign in.
    func isNamed(by text: String) -> Bool {
        switch AccountIdentifier(text) {
        case .email(let other): email?.key == other.key
        case .username(let other): username?.key == other.key
        case .id(let other): id == other
        case nil: false
        }
    }
}
