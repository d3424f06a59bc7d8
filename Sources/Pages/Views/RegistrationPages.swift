extension Page {
    /// What was typed into the registration form, but for the password.
    package struct Registration: Sendable {
        package var username = ""
        package var email = ""
        package var name = ""
        /// The fewest characters of a password.
        package var minimum: Int

        package init(minimum: Int) {
            self.minimum = minimum
        }

        fileprivate var fields: [Field] {
            [
                Field(
                    "username",
                    label: "Username",
                    value: username,
                    autocomplete: "username",
                    hint: "Letters, digits, dots, hyphens and underscores. Others see it.",
                    limit: 64
                ),
                Field(
                    "email",
                    label: "Email address",
                    kind: .email,
                    value: email,
                    autocomplete: "email",
                    hint: "A mail with a link goes there. The account works once you have followed it.",
                    limit: 254
                ),
                Field("name", label: "Name", value: name, autocomplete: "name", limit: 200),
                .newPassword("password", label: "Password", minimum: minimum),
            ]
        }
    }

    package static func register(_ typed: Registration) -> Page {
        Page(
            title: "Make an account – Martlet",
            heading: "Make an account",
            panels: [
                Panel(
                    id: "register-panel",
                    forms: [
                        Form(
                            action: "/register",
                            fields: typed.fields,
                            button: .init("Make the account", id: "register")
                        )
                    ],
                    links: [Link("I have an account", to: "/sign-in")]
                )
            ]
        )
    }
}
