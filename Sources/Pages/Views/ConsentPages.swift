extension Page {
    /// The application that somebody signs in for.
    package struct Asker: Sendable {
        package let name: String
        /// The host that the browser is sent back to.
        package let destination: String
        /// The path of its picture, below the issuer's.
        package let logo: String?
        /// Where it tells more of itself.
        package let links: [(text: Text, url: String)]
        /// What people should know before they go on.
        package var notes: [Text] = []

        package init(name: String, destination: String, logo: String?, links: [(text: Text, url: String)]) {
            self.name = name
            self.destination = destination
            self.logo = logo
            self.links = links
        }

        /// For the page where people say who they are.
        var panel: Panel { panel(Text(.toGoOnTo, [.name: .verbatim(name)])) }

        func panel(_ sentence: Text) -> Panel {
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
        let name = Text.verbatim(asked.asker.name)
        return Page(
            title: .titled(Text(.allowQuestion, [.name: name])),
            heading: Text(.allowQuestion, [.name: name]),
            panels: [
                asked.asker.panel(
                    Text(
                        .consentSentence,
                        [
                            .account: .verbatim(asked.account), .destination: .verbatim(asked.asker.destination),
                            .name: name,
                        ]
                    )
                ),
                Panel(
                    id: "consent",
                    paragraphs: asked.resources.map {
                        Text(.resourceAccess, [.name: .verbatim($0.name), .id: .verbatim($0.id)])
                    },
                    items: ScopeWords.sentences(asked.scope, declared: asked.words),
                    forms: [
                        Form(
                            action: "/authorize/consent",
                            hidden: [("request", asked.request)],
                            button: .init(Text(.allow), id: "allow", choice: "allow"),
                            others: [.init(Text(.deny), id: "deny", weight: .secondary, choice: "deny")]
                        )
                    ],
                    links: [Link(Text(.anotherAccount), to: asked.chooserPath, id: "another-account")]
                ),
            ]
        )
    }
}

/// What scopes mean to people.
package enum ScopeWords {
    private static let known: [String: Text] = [
        "openid": Text(.scopeOpenid),
        "profile": Text(.scopeProfile),
        "email": Text(.scopeEmail),
        "address": Text(.scopeAddress),
        "phone": Text(.scopePhone),
        "offline_access": Text(.scopeOfflineAccess),
        "profile:write": Text(.scopeProfileWrite),
        "friends": Text(.scopeFriends),
        "chat:read": Text(.scopeChatRead),
        "chat:write": Text(.scopeChatWrite),
    ]

    /// A sentence for each token: the operator's, or that of a scope of this server; one that has none is shown as it is.
    package static func sentences(_ scope: [String], declared: [String: String] = [:]) -> [Text] {
        scope.map { known[$0] ?? .verbatim(declared[$0] ?? $0) }
    }
}
