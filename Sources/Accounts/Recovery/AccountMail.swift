import JOSE

/// The mails that carry one-time tokens.
enum AccountMail {
    static func recovery(_ token: AccountToken, link: String) -> Mail {
        Mail(
            id: token.id,
            recipient: token.email,
            subject: "Choose a new password",
            body: """
                Somebody, most likely you, has forgotten the password of the account with this email address.

                Follow this link to choose a new one:

                \(link)

                The link works once, within \(token.lifetime / 60) minutes. All your sessions will end.
                If it was not you, do nothing.

                """
        )
    }

    static func confirmation(_ token: AccountToken, link: String) -> Mail {
        Mail(
            id: token.id,
            recipient: token.email,
            subject: "Confirm your email address",
            body: """
                Somebody, most likely you, has given this email address for an account.

                Follow this link to confirm it:

                \(link)

                The link works once, within \(token.lifetime / 3600) hours. If it was not you, do nothing.

                """
        )
    }

    static func activation(_ token: AccountToken, username: Username, link: String) -> Mail {
        Mail(
            id: token.id,
            recipient: token.email,
            subject: "Activate your account",
            body: """
                Somebody, most likely you, has registered the account \(username) with this email address.

                Follow this link to activate it:

                \(link)

                The link works once, within \(token.lifetime / 3600) hours. If it was not you, do nothing: the account will go away.

                """
        )
    }

    /// To the owner of an address that somebody, perhaps the owner, has tried to register again. It carries no token.
    static func addressTaken(_ token: AccountToken, _ pages: Activation.Discretion) -> Mail {
        Mail(
            id: token.id,
            recipient: token.email,
            subject: "You have an account already",
            body: """
                Somebody, perhaps you, has tried to register with this email address. It has an account already, so no other was made.

                To sign in:

                \(pages.signIn)

                If you have forgotten your password:

                \(pages.recovery)

                If you registered within the last day, follow the link in that mail first. If it was not you, do nothing.

                """
        )
    }
}

extension AccountToken {
    /// In seconds.
    fileprivate var lifetime: Int64 { expiry.seconds - createdAt.seconds }
}
