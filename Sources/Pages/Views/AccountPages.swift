extension Page {
    /// An account, as its owner sees it.
    package struct OwnAccount: Sendable {
        package var id: String
        package var username: String?
        package var email: String?
        package var isEmailVerified: Bool
        package var name: String
        /// For people.
        package var createdAt: String
        /// What was typed into the forms, where it was refused.
        package var typedName: String?
        package var typedEmail: String?
        /// The fewest characters of a password.
        package var minimum: Int

        package init(
            id: String,
            username: String?,
            email: String?,
            isEmailVerified: Bool,
            name: String,
            createdAt: String,
            minimum: Int
        ) {
            self.id = id
            self.username = username
            self.email = email
            self.isEmailVerified = isEmailVerified
            self.name = name
            self.createdAt = createdAt
            self.minimum = minimum
        }

        fileprivate var facts: [(name: String, value: String)] {
            [
                ("Username", username ?? "none"),
                ("Email address", email.map { $0 + (isEmailVerified ? " (confirmed)" : " (not confirmed)") } ?? "none"),
                ("Name", name), ("Member since", createdAt), ("Account id", id),
            ]
        }
    }

    package static func account(_ account: OwnAccount) -> Page {
        Page(
            title: "Account – Martlet",
            heading: "Account",
            section: .account,
            panels: [
                Panel(
                    id: "facts",
                    heading: "About you",
                    facts: account.facts,
                    forms: account.email == nil || account.isEmailVerified
                        ? []
                        : [
                            Form(
                                action: "/account/email/confirm",
                                button: .init("Send the confirming mail again", id: "resend", weight: .secondary)
                            )
                        ]
                ),
                Panel(id: "name-panel", heading: "Change your name", forms: [nameForm(account)]),
                Panel(
                    id: "email-panel",
                    heading: "Change your email address",
                    paragraphs: ["The new address is not confirmed until you follow the link in the mail to it."],
                    forms: [emailForm(account)]
                ),
                Panel(
                    id: "password-panel",
                    heading: "Change your password",
                    paragraphs: ["Your other sessions will end."],
                    forms: [passwordForm(account)]
                ),
            ]
        )
    }

    private static func nameForm(_ account: OwnAccount) -> Form {
        Form(
            action: "/account/name",
            fields: [
                Field(
                    "name",
                    label: "Name",
                    value: account.typedName ?? account.name,
                    autocomplete: "name",
                    limit: 200
                )
            ],
            button: .init("Change the name", id: "change-name")
        )
    }

    private static func emailForm(_ account: OwnAccount) -> Form {
        Form(
            action: "/account/email",
            username: account.username ?? account.email,
            fields: [
                Field(
                    "email",
                    label: "New email address",
                    kind: .email,
                    value: account.typedEmail ?? "",
                    autocomplete: "email",
                    limit: 254
                ),
                .currentPassword("email-current-password"),
            ],
            button: .init("Change the address", id: "change-email")
        )
    }

    private static func passwordForm(_ account: OwnAccount) -> Form {
        Form(
            action: "/account/password",
            username: account.username ?? account.email,
            fields: [
                .currentPassword("current-password"), .newPassword("new_password", minimum: account.minimum),
            ],
            button: .init("Change the password", id: "change-password")
        )
    }
}
