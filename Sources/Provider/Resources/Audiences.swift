import JOSE
package import OAuth

/// Whom an access token is for, and what it may be used for there.
struct Audience: Sendable {
    /// The `aud`: the server itself where no resource was asked for.
    let names: [String]
    let scope: Scope
}

/// Finds what requests name with `resource` (RFC 8707).
struct Audiences: Sendable {
    private let store: any ResourceStore
    private let own: ProtectedResource?
    /// Who tokens are for that name no resource.
    private let standard: [String]

    init(_ dependencies: Dependencies) {
        let settings = dependencies.settings
        store = dependencies.resources
        standard = [settings.issuer]
        own = ResourceIndicator(settings.issuer).map {
            ProtectedResource(id: $0, name: "This server", scope: settings.supportedScopes)
        }
    }

    /// The resources that an authorization request names, in its order. Throws `invalid_target`, and `invalid_scope` when they know
    /// nothing of `scope`.
    func resources(in parameters: Parameters, scope: Scope) async throws -> [ProtectedResource] {
        let texts = try parameters.allResources()
        guard !texts.isEmpty else { return [] }
        let resources = try await known(try Self.indicators(texts))
        _ = try Self.narrow(scope, to: resources)
        return resources
    }

    /// Whom the token of a token request is for: what the request names, or all that was authorized. `authorized` is nil where nobody
    /// but the client decides; empty, nothing but the server itself was authorized. Throws `invalid_target` and `invalid_scope`.
    func audience(of parameters: Parameters, within authorized: [ResourceIndicator]?, scope: Scope) async throws
        -> Audience
    {
        let texts = try parameters.allResources()
        if texts.isEmpty && authorized?.isEmpty != false { return Audience(names: standard, scope: scope) }
        let named = try texts.isEmpty ? authorized ?? [] : Self.indicators(texts)
        if let authorized {
            let allowed = authorized.isEmpty ? standard : authorized.map(\.description)
            if let other = named.first(where: { !allowed.contains($0.description) }) {
                throw Self.refused("one that was authorized", other.description)
            }
        }
        let resources = try await known(named)
        return Audience(names: named.map(\.description), scope: try Self.narrow(scope, to: resources))
    }

    private func known(_ indicators: [ResourceIndicator]) async throws -> [ProtectedResource] {
        var resources: [ProtectedResource] = []
        for indicator in indicators {
            let found = indicator == own?.id ? own : try await store.resource(indicator)
            guard let found else { throw Self.refused("a registered resource", indicator.description) }
            resources.append(found)
        }
        return resources
    }

    private static func indicators(_ texts: [String]) throws(OAuthError) -> [ResourceIndicator] {
        guard texts.count <= ResourceIndicator.countLimit else {
            throw refused("at most \(ResourceIndicator.countLimit)", "\(texts.count)")
        }
        var indicators: [ResourceIndicator] = []
        for text in texts {
            guard let indicator = ResourceIndicator(text) else {
                throw refused("an absolute URI without fragment", text)
            }
            if !indicators.contains(indicator) { indicators.append(indicator) }
        }
        return indicators
    }

    /// What one of `resources` at least knows of `scope`.
    private static func narrow(_ scope: Scope, to resources: [ProtectedResource]) throws(OAuthError) -> Scope {
        let declared = resources.compactMap(\.scope)
        guard declared.count == resources.count, !scope.isEmpty else { return scope }
        let narrowed = scope.narrowed(to: Scope(tokens: declared.flatMap(\.tokens)))
        guard narrowed.isEmpty else { return narrowed }
        throw OAuthError(
            .invalidScope,
            "\(.resource) knows nothing of the scope",
            FailedCheck(
                "scope",
                expected: "some of: \(declared.map(\.description).joined(separator: " "))",
                seen: FailedCheck.excerpt(scope.description)
            )
        )
    }

    private static func refused(_ expected: String, _ seen: String) -> OAuthError {
        OAuthError(
            .invalidTarget,
            "\(.resource) names something that the client may not have a token for",
            FailedCheck("resource", expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}

extension OAuthError.Code {
    /// RFC 8707 §2.
    package static let invalidTarget = Self("invalid_target", status: 400)
}
