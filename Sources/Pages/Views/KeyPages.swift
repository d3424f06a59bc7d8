extension Page {
    /// A public key that signs for the account.
    package struct KeyRow: Sendable {
        /// RFC 7638, base64url.
        package let thumbprint: String
        package let kind: String

        package init(thumbprint: String, kind: String) {
            self.thumbprint = thumbprint
            self.kind = kind
        }

        fileprivate var cells: [Table.Cell] {
            let remove = Form(
                action: "/account/keys/remove",
                hidden: [("key", thumbprint)],
                button: .init("Remove", about: thumbprint, weight: .danger)
            )
            return [.init(thumbprint), .init(kind), .init("", form: remove)]
        }
    }

    /// The keys of an account.
    package static func keys(_ rows: [KeyRow]) -> Page {
        Page(
            title: "Keys – Martlet",
            heading: "Keys",
            section: .keys,
            panels: [
                Panel(
                    id: "keys",
                    paragraphs: ["Who holds the private half of one of these keys gets tokens for your account."],
                    table: Table(
                        caption: "Public keys of your account",
                        columns: ["Thumbprint", "Kind", "Remove"],
                        rows: rows.map(\.cells),
                        emptyText: "Your account has no keys."
                    )
                )
            ]
        )
    }
}
