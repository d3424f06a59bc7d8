import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// What a person allowed to applications, and the end of that.
struct ApplicationsScreen: Sendable {
    let desk: FrontDesk
    let consents: any ConsentStore
    let clients: any ClientStore
    let endpoint: AuthorizationEndpoint

    var routes: [Route] {
        [
            desk.route(.get, "/account/applications") {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return try await page($0.endpointRequest, visitor)
            },
            desk.route(.post, "/account/applications/revoke") { try await revoke($0.endpointRequest) },
        ]
    }

    private func page(
        _ request: EndpointRequest,
        _ visitor: Visitor,
        problem: FormProblem? = nil
    ) async throws -> Reply {
        var rows: [Page.ApplicationRow] = []
        for consent in try await consents.consents(of: visitor.session.subject) {
            let client = try await clients.client(consent.client)
            rows.append(
                Page.ApplicationRow(
                    id: consent.client.description,
                    name: client?.nameForPeople ?? consent.client.description,
                    scope: consent.scope.tokens,
                    words: try await endpoint.words(of: consent.scope),
                    givenAt: consent.givenAt.forPeople
                )
            )
        }
        return desk.page(.applications(rows), for: request, visitor, problem: problem)
    }

    private func revoke(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .applications)
        let client = Client.ID(try form.optional("client") ?? "")
        guard try await consents.revoke(client, of: visitor.session.subject) else {
            let problem = FormProblem(
                .notFound,
                Text(.noSuchApplication),
                failed: FailedCheck("client", expected: "one that the person allowed something", seen: "none such")
            )
            return try await page(request, visitor, problem: problem)
        }
        return desk.redirect(to: "/account/applications", .applicationRevoked)
    }
}

extension Client {
    /// What the pages call it.
    var nameForPeople: String { name.isEmpty ? id.description : name }
}
