/// One of the described APIs over the one core: the routes that share a shape of errors.
package struct Face: Sendable {
    package let name: String
    /// One sentence for people.
    package let summary: String
    /// What its refusals look like.
    package let refusal: JSONSchema

    package init(_ name: String, _ summary: String, refusal: JSONSchema) {
        self.name = name
        self.summary = summary
        self.refusal = refusal
    }
}

extension Face {
    /// The authorization server's own endpoints.
    package static let oauth = Face(
        "OAuth",
        "The authorization server: tokens, challenges, who is behind a token.",
        refusal: JSONSchema.object([
            "error": .text(1...64, pattern: "^[a-z_]+$"),
            "error_description": .text(1...400),
            "error_uri": .text(format: "uri"),
        ]).described("RFC 6749 §5.2").named("OAuthError")
    )

    /// What everybody may read.
    package static let documents = Face(
        "Documents",
        "What the server tells of itself: metadata, keys, health, this document.",
        refusal: oauth.refusal
    )
}
