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
                button: .init("Remove", about: name, weight: .danger)
            )
            return [.init(name), .init(username ?? "none"), .init("", form: remove)]
        }
    }

    /// The friends of an account; `typed` is what was looked for in vain.
    package static func friends(_ rows: [FriendRow], typed: String = "") -> Page {
        Page(
            title: "Friends – Martlet",
            heading: "Friends",
            section: .friends,
            panels: [
                Panel(
                    id: "friends",
                    table: Table(
                        caption: "Your friends",
                        columns: ["Name", "Username", "Remove"],
                        rows: rows.map(\.cells),
                        emptyText: "You have no friends here yet."
                    )
                ),
                Panel(
                    id: "add-panel",
                    heading: "Add a friend",
                    forms: [
                        Form(
                            action: "/account/friends",
                            fields: [
                                Field(
                                    "friend",
                                    label: "Username or email address",
                                    value: typed,
                                    autocomplete: "off",
                                    limit: 254
                                )
                            ],
                            button: .init("Add", id: "add-friend")
                        )
                    ]
                ),
            ]
        )
    }
}
