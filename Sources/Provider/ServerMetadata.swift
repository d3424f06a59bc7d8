import Cryptography
import JOSE
import OAuth

/// The metadata of the server (RFC 8414 §2, OpenID Connect Discovery §3), computed from what is installed.
struct ServerMetadata {
    let settings: Settings
    let endpoints: [Endpoint]
    let grants: [any Grant]
    let features: [any Feature]

    var json: JSON {
        var members: JSONObject = ["issuer": .string(settings.issuer)]
        for endpoint in endpoints {
            guard let name = endpoint.advertisedAs, members[name] == nil else { continue }
            members[name] = .string(settings.url(endpoint.path))
        }
        let implicit: [GrantType] = settings.servesImplicitFlow ? [.implicit] : []
        members["grant_types_supported"] = .strings((grants.map(\.type) + implicit).map(\.description))
        members["subject_types_supported"] = ["public", "pairwise"]
        if settings.takesClientDocuments { members["client_id_metadata_document_supported"] = true }
        members["protected_resources"] = [.string(settings.issuer)]
        members["scopes_supported"] = .strings(settings.supportedScopes.tokens)
        for name in Self.authenticatedEndpoints where members["\(name)_endpoint"] != nil {
            // What a public client holds is no proof that it may ask about tokens (RFC 7662 §2.1).
            let methods =
                name == "introspection" ? ClientAuthenticationMethod.proving : ClientAuthenticationMethod.allCases
            members["\(name)_endpoint_auth_methods_supported"] = .strings(methods.map(\.rawValue))
            members["\(name)_endpoint_auth_signing_alg_values_supported"] = .strings(
                AssertionVerifier.algorithms.map(\.rawValue).sorted() + ["HS256"]
            )
        }
        for feature in features {
            for name in feature.metadata.names { members[name] = feature.metadata[name] }
        }
        return .object(members)
    }

    /// The document at each of its places.
    var documents: [String: PublishedDocument] {
        let content = CachedDocument(json: json)
        let ids = ["readServerMetadata", "readOpenIDConfiguration", "readOpenIDConfigurationBelowIssuer"]
        return Dictionary(
            uniqueKeysWithValues: zip(Self.paths(settings), ids).map { path, id in
                (path, PublishedDocument(content: content, operation: Self.operation(id)))
            }
        )
    }

    private static func operation(_ id: String) -> Operation {
        Operation(id, "What the server can do (RFC 8414, OpenID Connect Discovery).", of: .documents)
            .publishing(
                "The metadata.",
                JSONSchema.input(
                    [
                        "issuer": .url, "token_endpoint": .url, "jwks_uri": .url,
                        "grant_types_supported": .array(of: .text()), "response_types_supported": .array(of: .text()),
                    ]
                ).named("ServerMetadata")
            )
    }

    /// The endpoints where clients authenticate.
    private static let authenticatedEndpoints = ["token", "introspection", "revocation"]

    /// Where the document lies, as paths from the host's root: inserted before the issuer's path (RFC 8414 §3.1) and, for
    /// OpenID Connect, appended to it (Discovery §4).
    static func paths(_ settings: Settings) -> [String] {
        let base = settings.basePath
        let inserted = [
            "/.well-known/oauth-authorization-server\(base)", "/.well-known/openid-configuration\(base)",
        ]
        return base.isEmpty ? inserted : inserted + ["\(base)/.well-known/openid-configuration"]
    }
}
