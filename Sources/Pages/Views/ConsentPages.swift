extension Page {
    /// The application that somebody signs in for.
    package struct Asker: Sendable {
        package let name: String
        /// The host that the browser is sent back to.
        package let destination: String
        /// The URL of its picture.
        package let logo: String?
        /// Where it tells more of itself.
        package let links: [(text: String, url: String)]
        /// What people should know before they go on.
        package var notes: [String] = []

        package init(name: String, destination: String, logo: String?, links: [(text: String, url: String)]) {
            self.name = name
            self.destination = destination
            self.logo = logo
            self.links = links
        }

        func panel(_ sentence: String) -> Panel {
            Panel(
                id: "asker",
                picture: logo,
                paragraphs: notes + [sentence],
                links: links.map { Link($0.text, out: $0.url) }
            )
        }
    }

    /// What an application asks for, and what sends the answer.
    package struct Consent: Sendable {
        package let asker: Asker
        /// The name of who is asked.
        package let account: String
        /// Scope tokens.
        package let scope: [String]
        /// What scopes of the operator's own mean, by token.
        package var words: [String: String] = [:]
        /// Where it is to be used, as people know it and by its identifier; empty for this server alone.
        package var resources: [(name: String, id: String)] = []
        /// Sent along, unseen.
        package let request: String
        /// Where another account is chosen, below the issuer's path.
        package let chooserPath: String

        package init(asker: Asker, account: String, scope: [String], request: String, chooserPath: String) {
            self.chooserPath = chooserPath
            self.asker = asker
            self.account = account
            self.scope = scope
            self.request = request
        }
    }

    package static func consent(_ asked: Consent) -> Page {
        let name = asked.asker.name
        return Page(
            title: "Allow \(name)? – Martlet",
            heading: "Allow \(name)?",
            panels: [
                asked.asker.panel(
                    "You are signed in as \(asked.account) and go on to \(asked.asker.destination). \(name) wants to:"
                ),
                Panel(
                    id: "consent",
                    paragraphs: asked.resources.map { "The access is for \($0.name) (\($0.id))." },
                    items: ScopeWords.sentences(asked.scope, declared: asked.words),
                    forms: [
                        Form(
                            action: "/authorize/consent",
                            hidden: [("request", asked.request)],
                            button: .init("Allow", id: "allow", choice: "allow"),
                            others: [.init("Do not allow", id: "deny", weight: .secondary, choice: "deny")]
                        )
                    ],
                    links: [Link("Use another account", to: asked.chooserPath, id: "another-account")]
                ),
            ]
        )
    }
}

/// What scopes mean to people.
package enum ScopeWords {
    private static let known = [
        "openid": "Know who you are",
        "profile": "See your name and profile",
        "email": "See your email address",
        "address": "See your postal address",
        "phone": "See your phone number",
        "offline_access": "Keep this access when you are not there",
        "profile:write": "Change your profile",
        "friends": "See and change your friends",
        "chat:read": "Read your messages",
        "chat:write": "Send messages as you",
    ]

    /// A sentence for each token: the operator's, or that of a scope of this server; one that has none is shown as it is.
    package static func sentences(_ scope: [String], declared: [String: String] = [:]) -> [String] {
        scope.map { known[$0] ?? declared[$0] ?? $0 }
    }
}
