extension Page {
    /// The answer to a verification link that worked (the seed's "Email Verified").
    package static let emailVerified = Page(
        title: Text(.emailVerifiedTitle),
        heading: Text(.emailVerified),
        tone: .good,
        paragraphs: [
            Text(.emailHasBeenVerified),
            Text(.closeAndGoBack),
        ]
    )

    /// The answer to a link that did not.
    package static let emailNotVerified = Page(
        title: Text(.linkNotValid),
        heading: Text(.linkDoesNotWork),
        tone: .bad,
        paragraphs: [
            Text(.linkUsedOrExpired),
            Text(.linkFollowedBefore),
        ]
    )
}
