import HTTPTypes
package import Provider

extension APIDocument {
    /// Serves the document of `routes`, in which it describes itself too. Made once: what is mounted does not change.
    package static func route(over routes: [Route], of provider: Provider, version: String) -> Route {
        let itself = route(of: provider) { _ in Reply() }
        let document = APIDocument(routes + [itself], settings: provider.settings, version: version)
        let encoded = CachedDocument(json: document.json)
        return route(of: provider, respond: encoded.reply(to:))
    }

    private static func route(of provider: Provider, respond: @escaping @Sendable (EndpointRequest) -> Reply) -> Route {
        Route(
            .get,
            "\(provider.settings.basePath)/openapi.json",
            isPublicDocument: true,
            operation: Operation("readAPIDocument", "This document.", of: .documents)
                .publishing("The API of the server (OpenAPI 3.1).", .map(of: .anything)),
            refusal: provider.refusals.reply(to:)
        ) {
            .complete(respond($0.endpointRequest))
        }
    }
}
