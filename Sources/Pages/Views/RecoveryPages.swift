extension Page {
    /// Asks for the address that a recovery link goes to.
    package static func recover(email: String) -> Page {
        Page(
            title: "Forgotten password – Martlet",
            heading: "Forgotten password",
            paragraphs: ["Give the email address of your account. A mail with a link to a new password goes there."],
            panels: [
                Panel(
                    id: "recover-panel",
                    forms: [
                        Form(
                            action: "/recover",
                            fields: [
                                Field(
                                    "email",
                                    label: "Email address",
                                    kind: .email,
                                    value: email,
                                    autocomplete: "email",
                                    limit: 254
                                )
                            ],
                            button: .init("Send the mail", id: "recover")
                        )
                    ],
                    links: [Link("Back to sign-in", to: "/sign-in")]
                )
            ]
        )
    }

    /// The page of a recovery link that is alive. `minimum` is the fewest characters of a password.
    package static func choosePassword(token: String, minimum: Int) -> Page {
        Page(
            title: "Choose a new password – Martlet",
            heading: "Choose a new password",
            paragraphs: ["All sessions of the account will end."],
            panels: [
                Panel(
                    id: "password-panel",
                    forms: [
                        Form(
                            action: "/recover/\(token)",
                            fields: [.newPassword("password", minimum: minimum)],
                            button: .init("Set the password", id: "set-password")
                        )
                    ]
                )
            ]
        )
    }

    /// The page of a recovery link that is not.
    package static let recoveryLinkDead = Page(
        title: "Link not valid – Martlet",
        heading: "This link does not work",
        tone: .bad,
        paragraphs: ["The link is unknown, was already used, or has expired. Only the link in the newest mail works."],
        links: [Link("Ask for a new mail", to: "/recover"), Link("Sign in", to: "/sign-in")]
    )

    /// The page of a link that confirms an address, before anything is done: a scanner of mail only looks at it.
    package static func confirmEmail(token: String) -> Page {
        Page(
            title: "Confirm your email address – Martlet",
            heading: "Confirm your email address",
            paragraphs: ["Press the button, and the address that this link was mailed to is confirmed."],
            panels: [
                Panel(
                    id: "confirm-panel",
                    forms: [Form(action: "/account/confirm-email/\(token)", button: .init("Confirm", id: "confirm"))]
                )
            ]
        )
    }

    package static let emailConfirmed = Page(
        title: "Email address confirmed – Martlet",
        heading: "Your email address is confirmed",
        tone: .good,
        paragraphs: ["You can close this page."],
        links: [Link("Go to your account", to: "/account")]
    )
}

extension Field {
    /// A field for a password that is being chosen.
    static func newPassword(_ id: String, label: String = "New password", minimum: Int) -> Field {
        Field(
            id,
            label: label,
            kind: .password,
            autocomplete: "new-password",
            hint: "At least \(minimum) characters, and not one of the commonest."
        )
    }

    /// A field for the password that one has.
    static func currentPassword(_ id: String) -> Field {
        Field(
            id,
            name: "current_password",
            label: "Current password",
            kind: .password,
            autocomplete: "current-password"
        )
    }
}
