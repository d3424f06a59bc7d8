extension Page {
    /// An account, as an administrator sees it. Times are for people.
    package struct UserRow: Sendable {
        package let id: String
        package let name: String
        package let username: String?
        package let email: String?
        package let isEmailVerified: Bool
        package let isBlocked: Bool
        package let isAdministrator: Bool
        package let createdAt: String
        package let lastSignIn: String?

        package init(
            id: String,
            name: String,
            username: String?,
            email: String?,
            isEmailVerified: Bool,
            isBlocked: Bool,
            isAdministrator: Bool,
            createdAt: String,
            lastSignIn: String?
        ) {
            self.id = id
            self.name = name
            self.username = username
            self.email = email
            self.isEmailVerified = isEmailVerified
            self.isBlocked = isBlocked
            self.isAdministrator = isAdministrator
            self.createdAt = createdAt
            self.lastSignIn = lastSignIn
        }

        private var state: Text { isBlocked ? Text(.blocked) : Text(.active) }
        private var role: Text { isAdministrator ? Text(.administrator) : Text(.user) }
        private var path: String { "/admin/users/\(id)" }

        fileprivate var cells: [Table.Cell] {
            [
                .init(link: Link(.verbatim(name), to: path)), .init(.orNone(username)), .init(.orNone(email)),
                // Administrators are blocked on their own page only: nobody shuts themselves out by a slip in a table.
                .init(state, form: isAdministrator ? nil : stateForm(id: nil)),
                .init(role), .init(.verbatim(createdAt)),
            ]
        }

        /// Blocks or unblocks; `id` is the button's.
        fileprivate func stateForm(id: String?) -> Form {
            Form(
                action: path + (isBlocked ? "/unblock" : "/block"),
                button: isBlocked
                    ? .init(Text(.unblock), id: id, about: .verbatim(name), weight: .secondary)
                    : .init(Text(.block), id: id, about: .verbatim(name), weight: .danger)
            )
        }

        fileprivate var roleForm: Form {
            Form(
                action: "\(path)/roles",
                hidden: [("role", isAdministrator ? "guest" : "admin")],
                button: isAdministrator
                    ? .init(Text(.makePlainUser), id: "change-roles", weight: .danger)
                    : .init(Text(.makeAdministrator), id: "change-roles", weight: .secondary)
            )
        }

        fileprivate var facts: [(name: Text, value: Text)] {
            [
                (Text(.username), .orNone(username)),
                (Text(.emailAddress), .address(email, isVerified: isEmailVerified)),
                (Text(.state), state), (Text(.role), role), (Text(.memberSince), .verbatim(createdAt)),
                (Text(.lastSignIn), lastSignIn.map { .verbatim($0) } ?? Text(.never)),
                (Text(.accountID), .verbatim(id)),
            ]
        }
    }

    /// A page of the users table: what was searched, and where the next page begins.
    package struct UserList: Sendable {
        package let rows: [UserRow]
        package let search: String
        /// How many accounts there are in all.
        package let count: Int
        /// Below the issuer's path; nil on the last page.
        package let nextPath: String?
        package let isFirst: Bool

        package init(rows: [UserRow], search: String, count: Int, nextPath: String?, isFirst: Bool) {
            self.rows = rows
            self.search = search
            self.count = count
            self.nextPath = nextPath
            self.isFirst = isFirst
        }

        fileprivate var links: [Link] {
            (isFirst ? [] : [Link(Text(.firstPage), to: "/admin/users")])
                + (nextPath.map { [Link(Text(.nextPage), to: $0)] } ?? [])
        }
    }

    package static func users(_ list: UserList) -> Page {
        let search = Form(
            action: "/admin/users",
            method: .get,
            fields: [
                Field(
                    "search",
                    label: Text(.searchLabel),
                    kind: .search,
                    value: list.search,
                    autocomplete: "off",
                    isRequired: false,
                    limit: 254
                )
            ],
            button: .init(Text(.search), id: "search-users", weight: .secondary)
        )
        return Page(
            title: .titled(.users),
            heading: Text(.users),
            section: .users,
            panels: [
                Panel(id: "search-panel", forms: [search]),
                Panel(
                    id: "users",
                    table: Table(
                        caption: list.search.isEmpty
                            ? Text(.accountCount, [.count: .number(list.count)]) : Text(.accountsFound),
                        columns: [
                            Text(.name), Text(.username), Text(.emailAddress), Text(.state), Text(.role),
                            Text(.memberSince),
                        ],
                        rows: list.rows.map(\.cells),
                        emptyText: Text(.noAccountMatches)
                    ),
                    links: list.links
                ),
            ]
        )
    }

    /// One account, for an administrator.
    package static func user(_ user: UserRow) -> Page {
        Page(
            title: .titled(Text(.usersTitle, [.name: .verbatim(user.name)])),
            heading: .verbatim(user.name),
            section: .users,
            panels: [
                Panel(
                    id: "facts",
                    heading: Text(.aboutThisAccount),
                    facts: user.facts,
                    links: [Link(Text(.allUsers), to: "/admin/users")]
                ),
                Panel(
                    id: "state-panel",
                    heading: user.isBlocked ? Text(.unblockThisAccount) : Text(.blockThisAccount),
                    paragraphs: [
                        user.isBlocked
                            ? Text(.unblockMeaning)
                            : Text(.blockMeaning)
                    ],
                    forms: [user.stateForm(id: user.isBlocked ? "unblock" : "block")]
                ),
                Panel(
                    id: "role-panel",
                    heading: Text(.changeTheRole),
                    paragraphs: [
                        user.isAdministrator
                            ? Text(.administratorNow)
                            : Text(.plainUserNow)
                    ],
                    forms: [user.roleForm]
                ),
            ]
        )
    }
}
