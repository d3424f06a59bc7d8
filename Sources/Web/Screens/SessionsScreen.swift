import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// Where an account is signed in, and the end of that.
struct SessionsScreen: Sendable {
    let desk: FrontDesk

    var routes: [Route] {
        [
            desk.route(.get, "/account/sessions") {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return try await page($0.endpointRequest, visitor)
            },
            desk.route(.post, "/account/sessions/end") { try await end($0.endpointRequest) },
            desk.route(.post, "/account/sessions/end-others") { try await endOthers($0.endpointRequest) },
        ]
    }

    private func page(
        _ request: EndpointRequest,
        _ visitor: Visitor,
        problem: FormProblem? = nil
    ) async throws -> Reply {
        let rows = try await desk.sessions.list(of: visitor.session.subject).map { session in
            Page.SessionRow(
                id: session.id.description,
                device: DeviceName(userAgent: session.userAgent).text,
                face: session.client == FrontDesk.client ? Text(.thesePages) : .verbatim(session.client.description),
                address: session.address,
                startedAt: session.startedAt.forPeople,
                lastSeenAt: session.lastSeenAt.forPeople,
                isCurrent: session.id == visitor.session.id
            )
        }
        return desk.page(.sessions(rows), for: request, visitor, problem: problem)
    }

    /// Ends one of the visitor's own sessions; those of others are as unknown as those that never were.
    private func end(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .sessions)
        let id = Session.ID(try form.optional("session") ?? "")
        guard try await desk.sessions.end(id, of: visitor.session.subject) else {
            let problem = FormProblem(
                .notFound,
                Text(.noSuchSession),
                failed: FailedCheck("session", expected: "one of the account's own", seen: "none such")
            )
            return try await page(request, visitor, problem: problem)
        }
        return id == visitor.session.id
            ? try await desk.farewell(.signedOut, to: request) : desk.redirect(to: "/account/sessions", .sessionEnded)
    }

    private func endOthers(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, _) = try await desk.form(request, in: .sessions)
        try await desk.sessions.endAll(of: visitor.session.subject, except: visitor.session.id)
        return desk.redirect(to: "/account/sessions", .sessionsEnded)
    }
}

/// What a `User-Agent` is called among people: "Firefox on Linux".
struct DeviceName {
    let text: Text

    /// In this order: most programs name others besides themselves.
    private static let programs = [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("HtmlUnit", "HtmlUnit"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ]
    private static let systems = [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ]

    init(userAgent: String) {
        let program = Self.programs.first { userAgent.contains($0.0) }?.1
        let system = Self.systems.first { userAgent.contains($0.0) }?.1
        text =
            switch (program, system) {
            case (let program?, let system?):
                Text(.programOnSystem, [.program: .verbatim(program), .system: .verbatim(system)])
            case (let program?, nil): .verbatim(program)
            case (nil, let system?): Text(.someProgramOnSystem, [.system: .verbatim(system)])
            case (nil, nil): userAgent.isEmpty ? Text(.unnamedProgram) : .verbatim(String(userAgent.prefix(40)))
            }
    }
}
