extension Page {
    /// What the error codes mean: where `error_uri` points.
    package static let oauthErrors = Page(
        title: Text(.errorsTitle),
        heading: Text(.errorsHeading),
        paragraphs: [
            Text(.errorsRequestID)
        ],
        terms: [
            ("invalid_request", Text(.errorInvalidRequest)),
            (
                "invalid_client",
                Text(.errorInvalidClient)
            ),
            (
                "invalid_grant",
                Text(.errorInvalidGrant)
            ),
            ("unauthorized_client", Text(.errorUnauthorizedClient)),
            (
                "unsupported_grant_type",
                Text(.errorUnsupportedGrantType)
            ),
            ("invalid_scope", Text(.errorInvalidScope)),
            ("invalid_token", Text(.errorInvalidToken)),
            ("insufficient_scope", Text(.errorInsufficientScope)),
            ("temporarily_unavailable", Text(.errorTemporarilyUnavailable)),
            ("not_found", Text(.errorNotFound)),
            ("method_not_allowed", Text(.errorMethodNotAllowed)),
            ("server_error", Text(.errorServerError)),
        ]
    )

    /// A path that leads nowhere.
    package static let notFound = Page(
        title: Text(.notFoundTitle),
        heading: Text(.nothingHere),
        tone: .bad,
        paragraphs: [Text(.mistyped)]
    )
}

extension Page {
    /// A request that was refused, or could not be served. `text` says what to do.
    package static func refused(_ heading: Text, _ text: Text) -> Page {
        Page(title: .titled(heading), heading: heading, tone: .bad, paragraphs: [text])
    }
}
