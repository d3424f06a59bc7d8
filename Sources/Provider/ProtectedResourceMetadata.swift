import JOSE
import OAuth

/// Describes the server's own APIs as a protected resource (RFC 9728).
struct ProtectedResourceMetadata {
    let settings: Settings

    /// The document of RFC 9728 §2.
    var json: JSON {
        [
            "resource": .string(settings.issuer),
            "authorization_servers": [.string(settings.issuer)],
            "scopes_supported": .strings(settings.supportedScopes.tokens),
            "bearer_methods_supported": ["header"],
            "resource_name": "Martlet",
        ]
    }

    /// The document at its place.
    var documents: [String: PublishedDocument] {
        let operation = Operation(
            "readResourceMetadata",
            "The APIs as a protected resource (RFC 9728).",
            of: .documents
        )
        .publishing(
            "The metadata.",
            .object([
                "resource": .url, "authorization_servers": .array(of: .url),
                "scopes_supported": .array(of: .text()), "bearer_methods_supported": .array(of: .text()),
                "resource_name": .text(),
            ])
        )
        return [Self.path(settings): PublishedDocument(content: CachedDocument(json: json), operation: operation)]
    }

    /// The path of the document from the host's root (RFC 9728 §3.1).
    static func path(_ settings: Settings) -> String {
        "/.well-known/oauth-protected-resource\(settings.basePath)"
    }

    /// The URL of the document.
    static func metadataURL(_ settings: Settings) -> String {
        String(settings.issuer.dropLast(settings.basePath.count)) + path(settings)
    }
}
