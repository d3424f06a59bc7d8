extension Page {
    /// What the error codes mean: where `error_uri` points.
    package static let oauthErrors = Page(
        title: "OAuth errors",
        heading: "What the error codes mean",
        paragraphs: [
            "Every reply carries an X-Request-Id. The operator of this server can look up under it what exactly was wrong."
        ],
        terms: [
            ("invalid_request", "A parameter is missing, repeated, too large or malformed. The description names it."),
            (
                "invalid_client",
                "The client is unknown, or could not prove who it is: a wrong secret, or an assertion that is malformed, expired, for another audience, or used before."
            ),
            (
                "invalid_grant",
                "The proof is not good: a wrong signature, or a challenge that is missing, stale, used or not ours. Ask for a new challenge and sign it."
            ),
            ("unauthorized_client", "The client is known but may not use this grant."),
            (
                "unsupported_grant_type",
                "The server does not offer this grant. Its metadata lists those that it offers."
            ),
            ("invalid_scope", "The scope is malformed, or the client may have none of it."),
            ("invalid_token", "The access token is missing, malformed, expired, revoked, or for another resource."),
            ("insufficient_scope", "The access token is good but does not carry the scope that the resource needs."),
            ("temporarily_unavailable", "Try again after the number of seconds in Retry-After."),
            ("not_found", "The path names nothing on this server."),
            ("method_not_allowed", "The path does not take this method. The Allow field lists those that it takes."),
            ("server_error", "The server failed. Tell its operator the X-Request-Id."),
        ]
    )

    /// A path that leads nowhere.
    package static let notFound = Page(
        title: "Not found",
        heading: "There is nothing here",
        tone: .bad,
        paragraphs: ["The address may be mistyped."]
    )
}

extension Page {
    /// A request that was refused, or could not be served. `text` says what to do.
    package static func refused(_ heading: String, _ text: String) -> Page {
        Page(title: "\(heading) – Martlet", heading: heading, tone: .bad, paragraphs: [text])
    }
}
