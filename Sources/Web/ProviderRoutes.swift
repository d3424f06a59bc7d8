import HTTPTypes
package import Provider

/// Mounts the provider: the only bridge between HTTP and protocol.
package enum ProviderRoutes {
    /// The routes of `provider`: its endpoints below the issuer's path and its documents at the host's root.
    package static func all(of provider: Provider) -> [Route] {
        let base = provider.settings.basePath
        let endpoints = provider.endpoints.map { endpoint in
            Route(
                endpoint.method,
                base + endpoint.path,
                allowsBrowsers: endpoint.allowsBrowsers,
                isPublicDocument: endpoint.advertisedAs == "jwks_uri",
                operation: endpoint.operation,
                refusal: provider.refusals.reply(to:)
            ) { request in
                .complete(try await endpoint.respond(request.endpointRequest))
            }
        }
        let documents = provider.documents.map { path, document in
            Route(
                .get,
                path,
                isPublicDocument: true,
                operation: document.operation,
                refusal: provider.refusals.reply(to:)
            ) { request in
                .complete(document.content.reply(to: request.endpointRequest))
            }
        }
        return endpoints + documents
    }
}
