import HTTPTypes
import JOSE
import OAuth
import Provider

/// The picture of an application, for the pages that speak of it.
struct LogoScreen: Sendable {
    let desk: FrontDesk
    let logos: ClientLogos

    private static let path = "/logo"

    /// The picture's path below the issuer's.
    static func path(of client: Client.ID) -> String {
        "\(path)?client_id=" + PercentEncoding.encode(client.description)
    }

    var routes: [Route] { [desk.route(.get, Self.path) { try await show($0.endpointRequest) }] }

    private static let none: Reply = {
        var reply = Reply(.notFound, fields: [.cacheControl: "no-store"])
        let failed = FailedCheck("logo_uri", expected: "a picture of a registered client", seen: "none")
        reply.refusal = Refusal(error: "not_found", failed: failed)
        return reply
    }()

    private func show(_ request: EndpointRequest) async throws -> Reply {
        guard let id = request.queried(.clientID), let logo = try await logos.logo(of: Client.ID(id)) else {
            return Self.none
        }
        return Reply(
            .ok,
            fields: [
                .contentType: logo.mediaType, .cacheControl: "private, max-age=\(ClientLogos.freshness)",
                // One that is opened by itself is a document, and may hold what a picture may not do.
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                HTTPField.Name("Cross-Origin-Resource-Policy")!: "same-origin",
            ],
            body: logo.bytes
        )
    }
}
