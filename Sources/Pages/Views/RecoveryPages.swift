extension Page {
    /// Asks for the address that a recovery link goes to.
    package static func recover(email: String) -> Page {
        Page(
            title: .titled(.forgottenPassword),
            heading: Text(.forgottenPassword),
            paragraphs: [Text(.recoveryMeaning)],
            panels: [
                Panel(
                    id: "recover-panel",
                    forms: [
                        Form(
                            action: "/recover",
                            fields: [
                                Field(
                                    "email",
                                    label: Text(.emailAddress),
                                    kind: .email,
                                    value: email,
                                    autocomplete: "email",
                                    limit: 254
                                )
                            ],
                            button: .init(Text(.sendTheMail), id: "recover")
                        )
                    ],
                    links: [Link(Text(.backToSignIn), to: "/sign-in")]
                )
            ]
        )
    }

    /// The page of a recovery link that is alive. `minimum` is the fewest characters of a password.
    package static func choosePassword(token: String, minimum: Int) -> Page {
        Page(
            title: .titled(.chooseNewPassword),
            heading: Text(.chooseNewPassword),
            paragraphs: [Text(.allSessionsWillEnd)],
            panels: [
                Panel(
                    id: "password-panel",
                    forms: [
                        Form(
                            action: "/recover/\(token)",
                            fields: [.newPassword("password", minimum: minimum)],
                            button: .init(Text(.setThePassword), id: "set-password")
                        )
                    ]
                )
            ]
        )
    }

    /// The page of a recovery link that is not.
    package static let recoveryLinkDead = Page(
        title: .titled(.linkNotValid),
        heading: Text(.linkDoesNotWork),
        tone: .bad,
        paragraphs: [Text(.recoveryLinkDead)],
        links: [Link(Text(.askForNewMail), to: "/recover"), Link(Text(.signIn), to: "/sign-in")]
    )

    /// The page of a link that confirms an address, before anything is done: a scanner of mail only looks at it.
    package static func confirmEmail(token: String) -> Page {
        Page(
            title: .titled(.confirmYourEmail),
            heading: Text(.confirmYourEmail),
            paragraphs: [Text(.confirmMeaning)],
            panels: [
                Panel(
                    id: "confirm-panel",
                    forms: [
                        Form(action: "/account/confirm-email/\(token)", button: .init(Text(.confirm), id: "confirm"))
                    ]
                )
            ]
        )
    }

    package static let emailConfirmed = Page(
        title: .titled(.emailConfirmedTitle),
        heading: Text(.emailConfirmed),
        tone: .good,
        paragraphs: [Text(.closeThisPage)],
        links: [Link(Text(.goToAccount), to: "/account")]
    )
}

extension Field {
    /// A field for a password that is being chosen.
    static func newPassword(_ id: String, label: Text = Text(.newPassword), minimum: Int) -> Field {
        Field(
            id,
            label: label,
            kind: .password,
            autocomplete: "new-password",
            hint: Text(.passwordHint, [.minimum: .number(minimum)])
        )
    }

    /// A field for the password that one has.
    static func currentPassword(_ id: String) -> Field {
        Field(
            id,
            name: "current_password",
            label: Text(.currentPassword),
            kind: .password,
            autocomplete: "current-password"
        )
    }
}
