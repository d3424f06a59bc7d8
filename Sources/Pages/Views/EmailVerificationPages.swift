extension Page {
    /// The answer to a verification link that worked (the seed's "Email Verified").
    package static let emailVerified = Page(
        title: "Email Verified",
        heading: "Email Verified Successfully!",
        tone: .good,
        paragraphs: [
            "Your email address has been verified.",
            "You can close this page and go back to where you came from.",
        ]
    )

    /// The answer to a link that did not.
    package static let emailNotVerified = Page(
        title: "Link not valid",
        heading: "This link does not work",
        tone: .bad,
        paragraphs: [
            "The link is unknown, was already used, or has expired.",
            "If you followed it before, your address is already verified. Otherwise ask for a new mail.",
        ]
    )
}
