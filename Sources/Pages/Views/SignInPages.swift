extension Page {
    /// What was typed into the sign-in form, but for the password.
    package struct SignIn: Sendable {
        package var username = ""
        package var isRemembered = false
        /// Where to go afterwards, below the issuer's path; nil for the account.
        package var returnPath: String?
        /// The application that sent the person here, if one did.
        package var asker: Asker?
        /// Where somebody who is signed in at the browser is chosen, below the issuer's path; nil when there is nobody.
        package var chooserPath: String?

        package init(username: String = "", isRemembered: Bool = false, returnPath: String? = nil) {
            self.username = username
            self.isRemembered = isRemembered
            self.returnPath = returnPath
        }
    }

    package static func signIn(_ typed: SignIn) -> Page {
        Page(
            title: .titled(.signIn),
            heading: Text(.signIn),
            panels: [typed.asker?.panel].compactMap(\.self) + [
                Panel(
                    id: "sign-in-panel",
                    forms: [
                        Form(
                            action: "/sign-in",
                            hidden: typed.returnPath.map { [("return", $0)] } ?? [],
                            fields: [
                                Field(
                                    "username",
                                    label: Text(.usernameOrEmail),
                                    value: typed.username,
                                    autocomplete: "username",
                                    limit: 254
                                ),
                                Field(
                                    "password",
                                    label: Text(.password),
                                    kind: .password,
                                    autocomplete: "current-password"
                                ),
                                Field(
                                    "remember",
                                    label: Text(.staySignedInHere),
                                    kind: .checkbox,
                                    value: typed.isRemembered ? "yes" : "",
                                    isRequired: false
                                ),
                            ],
                            button: .init(Text(.signIn), id: "sign-in")
                        )
                    ],
                    links: (typed.chooserPath.map { [Link(Text(.chooseAccount), to: $0, id: "choose-account")] } ?? [])
                        + [
                            Link(Text(.makeAccount), to: "/register"),
                            Link(Text(.forgotten), to: "/recover"),
                        ]
                )
            ]
        )
    }
}
