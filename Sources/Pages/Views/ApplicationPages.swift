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
                button: .init("Take back", about: name, weight: .danger)
            )
            return [
                .init(name), .init(ScopeWords.sentences(scope, declared: words).joined(separator: "; ")),
                .init(givenAt),
                .init("", form: revoke),
            ]
        }
    }

    /// The applications that may act for an account, or know of it.
    package static func applications(_ rows: [ApplicationRow]) -> Page {
        Page(
            title: "Applications – Martlet",
            heading: "Applications",
            section: .applications,
            panels: [
                Panel(
                    id: "applications",
                    paragraphs: [
                        "When you take back what you allowed, the application is signed out of your account at once."
                    ],
                    table: Table(
                        caption: "What you allowed",
                        columns: ["Application", "May", "Since", "Take back"],
                        rows: rows.map(\.cells),
                        emptyText: "You have allowed nothing to anybody."
                    )
                )
            ]
        )
    }
}
