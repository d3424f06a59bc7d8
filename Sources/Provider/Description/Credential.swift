package import JOSE

/// What a caller shows to be let in (OpenAPI 3.1 §4.8.27).
package struct Credential: Sendable {
    /// The name of the scheme in the document.
    package let name: String
    /// The scheme.
    package let scheme: JSONObject
    /// The scopes that the caller needs; empty where scopes do not matter.
    package let scopes: [String]
    /// The replies that it brings to an operation of a face.
    package let replies: @Sendable (Face) -> [Operation.Reply]

    private init(
        _ name: String,
        _ scheme: JSONObject,
        scopes: [String] = [],
        replies: @escaping @Sendable (Face) -> [Operation.Reply] = { _ in [] }
    ) {
        self.name = name
        self.scheme = scheme
        self.scopes = scopes
        self.replies = replies
    }

    /// An access token in the `Authorization` header, good for one scope (RFC 6750 §2.1).
    package static func bearer(scope: String) -> Credential {
        let scheme: JSONObject = [
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token of this server (RFC 9068), in the Authorization header only.",
        ]
        return Credential("bearer", scheme, scopes: [scope]) { face in
            let content = Operation.Content.json(face.refusal)
            let challenge = Operation.Field("WWW-Authenticate", "What was wrong with the token (RFC 6750 §3).")
            return [
                .init(400, "The request is malformed.", content),
                .init(401, "No access token, or one that is not good.", content, fields: [challenge]),
                .init(403, "The access token does not carry the scope.", content, fields: [challenge]),
            ]
        }
    }

    /// A secret for one purpose in the `Authorization` header (RFC 6750 §2.1).
    package static func secretToken(_ name: String, _ description: String) -> Credential {
        Credential(name, ["type": "http", "scheme": "bearer", "description": .string(description)]) { face in
            let content = Operation.Content.json(face.refusal)
            let challenge = Operation.Field("WWW-Authenticate", "That a token is needed (RFC 6750 §3).")
            return [
                .init(400, "The request is malformed.", content),
                .init(401, "No token, or not the one for this.", content, fields: [challenge]),
            ]
        }
    }

    /// A client's own proof: HTTP Basic, or the parameters of the form that stand for it (RFC 6749 §2.3).
    package static let client = Credential(
        "client",
        [
            "type": "http", "scheme": "basic",
            "description":
                "A client's id and secret. A client that holds a key sends client_assertion in the body instead, or client_secret.",
        ]
    ) { face in
        let content = Operation.Content.json(face.refusal)
        return [
            .init(401, "The client is not the one that it says it is.", content),
            .init(429, "Too many failures.", content, fields: [.retryAfter]),
        ]
    }

    /// A cookie that this server set.
    package static func cookie(_ name: String, _ description: String) -> Credential {
        Credential(
            name,
            ["type": "apiKey", "in": "cookie", "name": .string(name), "description": .string(description)]
        )
    }

    /// A header field with a secret.
    package static func header(_ name: String, _ description: String) -> Credential {
        Credential(
            name,
            ["type": "apiKey", "in": "header", "name": .string(name), "description": .string(description)]
        )
    }

    /// No credential at all, among others that would do more.
    package static let none = Credential("", [:])

    package var isNone: Bool { name.isEmpty }
}
