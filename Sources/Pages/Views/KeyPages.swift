extension Page {
    /// A public key that signs for the account.
    package struct KeyRow: Sendable {
        /// RFC 7638, base64url.
        package let thumbprint: String
        package let kind: Text

        package init(thumbprint: String, kind: Text) {
            self.thumbprint = thumbprint
            self.kind = kind
        }

        fileprivate var cells: [Table.Cell] {
            let remove = Form(
                action: "/account/keys/remove",
                hidden: [("key", thumbprint)],
                button: .init(Text(.remove), about: .verbatim(thumbprint), weight: .danger)
            )
            return [.init(.verbatim(thumbprint)), .init(kind), .init(form: remove)]
        }
    }

    /// The keys of an account.
    package static func keys(_ rows: [KeyRow]) -> Page {
        Page(
            title: .titled(.keys),
            heading: Text(.keys),
            section: .keys,
            panels: [
                Panel(
                    id: "keys",
                    paragraphs: [Text(.keysMeaning)],
                    table: Table(
                        caption: Text(.publicKeys),
                        columns: [Text(.thumbprint), Text(.kind), Text(.remove)],
                        rows: rows.map(\.cells),
                        emptyText: Text(.noKeys)
                    )
                )
            ]
        )
    }
}
