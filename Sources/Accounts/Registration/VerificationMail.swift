/// The mail that asks a person to follow a link.
struct VerificationMail {
    let url: String
    /// In seconds.
    let validFor: Int64

    func mail(to email: EmailAddress, id: String) -> Mail {
        Mail(
            id: id,
            recipient: email,
            subject: "Verify your email address",
            body: """
                Somebody, most likely you, wants to register this email address.

                Follow this link to verify it:

                \(url)

                The link works once, within \(validFor / 3600) hours. If it was not you, do nothing.

                """
        )
    }
}
