extension Page {
    /// Somebody's friend.
    package struct FriendRow: Sendable {
        package let id: String
        package let name: String
        package let username: String?

        package init(id: String, name: String, username: String?) {
            self.id = id
            self.name = name
            self.username = username
        }

        fileprivate var cells: [Table.Cell] {
            let remove = Form(
                action: "/account/friends/remove",
                hidden: [("friend", id)],
                button: .init(Text(.remove), about: .verbatim(name), weight: .danger)
            )
            return [.init(.verbatim(name)), .init(.orNone(username)), .init(form: remove)]
        }
    }

    /// The friends of an account; `typed` is what was looked for in vain.
    package static func friends(_ rows: [FriendRow], typed: String = "") -> Page {
        Page(
            title: .titled(.friends),
            heading: Text(.friends),
            section: .friends,
            panels: [
                Panel(
                    id: "friends",
                    table: Table(
                        caption: Text(.yourFriends),
                        columns: [Text(.name), Text(.username), Text(.remove)],
                        rows: rows.map(\.cells),
                        emptyText: Text(.noFriends)
                    )
                ),
                Panel(
                    id: "add-panel",
                    heading: Text(.addFriend),
                    forms: [
                        Form(
                            action: "/account/friends",
                            fields: [
                                Field(
                                    "friend",
                                    label: Text(.usernameOrEmail),
                                    value: typed,
                                    autocomplete: "off",
                                    limit: 254
                                )
                            ],
                            button: .init(Text(.add), id: "add-friend")
                        )
                    ]
                ),
            ]
        )
    }
}
