extension Page {
    /// An application that a person allowed something.
    package struct ApplicationRow: Sendable {
        package let id: String
        package let name: String
        /// Scope tokens.
        package let scope: [String]
        /// What scopes of the operator's own mean, by token.
        package let words: [String: String]
        /// For people.
        package let givenAt: String

        package init(id: String, name: String, scope: [String], words: [String: String] = [:], givenAt: String) {
            self.id = id
            self.name = name
            self.scope = scope
            self.words = words
            self.givenAt = givenAt
        }

        fileprivate var cells: [Table.Cell] {
            let revoke = Form(
                action: "/account/applications/revoke",
                hidden: [("client", id)],
                button: .init(Text(.takeBack), about: .verbatim(name), weight: .danger)
            )
            return [
                .init(.verbatim(name)), .init(.list(ScopeWords.sentences(scope, declared: words), separator: "; ")),
                .init(.verbatim(givenAt)),
                .init(form: revoke),
            ]
        }
    }

    /// The applications that may act for an account, or know of it.
    package static func applications(_ rows: [ApplicationRow]) -> Page {
        Page(
            title: .titled(.applications),
            heading: Text(.applications),
            section: .applications,
            panels: [
                Panel(
                    id: "applications",
                    paragraphs: [
                        Text(.takeBackMeaning)
                    ],
                    table: Table(
                        caption: Text(.whatYouAllowed),
                        columns: [Text(.application), Text(.may), Text(.since), Text(.takeBack)],
                        rows: rows.map(\.cells),
                        emptyText: Text(.nothingAllowed)
                    )
                )
            ]
        )
    }
}
