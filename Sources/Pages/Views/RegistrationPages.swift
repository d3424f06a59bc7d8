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
                    label: Text(.username),
                    value: username,
                    autocomplete: "username",
                    hint: Text(.usernameHint),
                    limit: 64
                ),
                Field(
                    "email",
                    label: Text(.emailAddress),
                    kind: .email,
                    value: email,
                    autocomplete: "email",
                    hint: Text(.emailHint),
                    limit: 254
                ),
                Field("name", label: Text(.name), value: name, autocomplete: "name", limit: 200),
                .newPassword("password", label: Text(.password), minimum: minimum),
            ]
        }
    }

    package static func register(_ typed: Registration) -> Page {
        Page(
            title: .titled(.makeAccount),
            heading: Text(.makeAccount),
            panels: [
                Panel(
                    id: "register-panel",
                    forms: [
                        Form(
                            action: "/register",
                            fields: typed.fields,
                            button: .init(Text(.makeTheAccount), id: "register")
                        )
                    ],
                    links: [Link(Text(.haveAccount), to: "/sign-in")]
                )
            ]
        )
    }
}
