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

        fileprivate var facts: [(name: Text, value: Text)] {
            [
                (Text(.username), .orNone(username)),
                (Text(.emailAddress), .address(email, isVerified: isEmailVerified)),
                (Text(.name), .verbatim(name)), (Text(.memberSince), .verbatim(createdAt)),
                (Text(.accountID), .verbatim(id)),
            ]
        }
    }

    package static func account(_ account: OwnAccount) -> Page {
        Page(
            title: .titled(.account),
            heading: Text(.account),
            section: .account,
            panels: [
                Panel(
                    id: "facts",
                    heading: Text(.aboutYou),
                    facts: account.facts,
                    forms: account.email == nil || account.isEmailVerified
                        ? []
                        : [
                            Form(
                                action: "/account/email/confirm",
                                button: .init(Text(.resendMail), id: "resend", weight: .secondary)
                            )
                        ]
                ),
                Panel(id: "name-panel", heading: Text(.changeYourName), forms: [nameForm(account)]),
                Panel(
                    id: "email-panel",
                    heading: Text(.changeYourEmail),
                    paragraphs: [Text(.newAddressUnconfirmed)],
                    forms: [emailForm(account)]
                ),
                Panel(
                    id: "password-panel",
                    heading: Text(.changeYourPassword),
                    paragraphs: [Text(.otherSessionsWillEnd)],
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
                    label: Text(.name),
                    value: account.typedName ?? account.name,
                    autocomplete: "name",
                    limit: 200
                )
            ],
            button: .init(Text(.changeTheName), id: "change-name")
        )
    }

    private static func emailForm(_ account: OwnAccount) -> Form {
        Form(
            action: "/account/email",
            username: account.username ?? account.email,
            fields: [
                Field(
                    "email",
                    label: Text(.newEmailAddress),
                    kind: .email,
                    value: account.typedEmail ?? "",
                    autocomplete: "email",
                    limit: 254
                ),
                .currentPassword("email-current-password"),
            ],
            button: .init(Text(.changeTheAddress), id: "change-email")
        )
    }

    private static func passwordForm(_ account: OwnAccount) -> Form {
        Form(
            action: "/account/password",
            username: account.username ?? account.email,
            fields: [
                .currentPassword("current-password"), .newPassword("new_password", minimum: account.minimum),
            ],
            button: .init(Text(.changeThePassword), id: "change-password")
        )
    }
}

extension Text {
    /// What an account may not have.
    static func orNone(_ value: String?) -> Text { value.map { .verbatim($0) } ?? Text(.none) }

    /// An email address, and whether its owner confirmed it.
    static func address(_ email: String?, isVerified: Bool) -> Text {
        guard let email else { return Text(.none) }
        return Text(isVerified ? .confirmedAddress : .unconfirmedAddress, [.email: .verbatim(email)])
    }
}
