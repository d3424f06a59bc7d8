extension Page {
    /// An account that is signed in at the browser.
    package struct AccountChoice: Sendable {
        package let session: String
        package let name: String
        /// What its owner types to sign in; empty where there is nothing to type.
        package let signInName: String
        /// Whether the pages are of it.
        package let isCurrent: Bool

        package init(session: String, name: String, signInName: String, isCurrent: Bool) {
            self.session = session
            self.name = name
            self.signInName = signInName
            self.isCurrent = isCurrent
        }

        fileprivate func form(_ number: Int, _ returnPath: String?) -> Form {
            Form(
                action: "/accounts/choose",
                hidden: [("session", session)] + (signInName.isEmpty ? [] : [("hint", signInName)])
                    + (returnPath.map { [("return", $0)] } ?? []),
                button: .init(
                    .verbatim(name),
                    id: "account-\(number)",
                    details: (signInName.isEmpty ? [] : [.verbatim(signInName)])
                        + (isCurrent ? [Text(.inUseHere)] : []),
                    weight: .secondary
                )
            )
        }
    }

    /// The accounts of a browser, to be chosen from.
    package struct Accounts: Sendable {
        package let choices: [AccountChoice]
        /// Where to go then, below the issuer's path; nil for the account.
        package let returnPath: String?
        /// Where somebody else signs in, below the issuer's path.
        package let signInPath: String
        /// The application that sent the person here, if one did.
        package var asker: Asker?

        package init(choices: [AccountChoice], returnPath: String?, signInPath: String) {
            self.choices = choices
            self.returnPath = returnPath
            self.signInPath = signInPath
        }
    }

    package static func accounts(_ accounts: Accounts) -> Page {
        Page(
            title: .titled(.chooseAccount),
            heading: Text(.chooseAccount),
            panels: [accounts.asker?.panel].compactMap(\.self) + [
                Panel(
                    id: "account-chooser",
                    forms: accounts.choices.enumerated().map { $1.form($0 + 1, accounts.returnPath) },
                    links: [Link(Text(.anotherAccount), to: accounts.signInPath, id: "another-account")]
                ),
                Panel(
                    id: "sign-out-panel",
                    forms: [
                        Form(
                            action: "/accounts/sign-out",
                            button: .init(
                                Text(.signOutAll),
                                id: "sign-out-all",
                                weight: .danger
                            )
                        )
                    ]
                ),
            ]
        )
    }
}
