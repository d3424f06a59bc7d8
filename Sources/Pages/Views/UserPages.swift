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

        private var state: String { isBlocked ? "blocked" : "active" }
        private var role: String { isAdministrator ? "administrator" : "user" }
        private var path: String { "/admin/users/\(id)" }

        fileprivate var cells: [Table.Cell] {
            [
                .init(name, link: Link(name, to: path)), .init(username ?? "none"), .init(email ?? "none"),
                // Administrators are blocked on their own page only: nobody shuts themselves out by a slip in a table.
                .init(state, form: isAdministrator ? nil : stateForm(id: nil)),
                .init(role), .init(createdAt),
            ]
        }

        /// Blocks or unblocks; `id` is the button's.
        fileprivate func stateForm(id: String?) -> Form {
            Form(
                action: path + (isBlocked ? "/unblock" : "/block"),
                button: isBlocked
                    ? .init("Unblock", id: id, about: name, weight: .secondary)
                    : .init("Block", id: id, about: name, weight: .danger)
            )
        }

        fileprivate var roleForm: Form {
            Form(
                action: "\(path)/roles",
                hidden: [("role", isAdministrator ? "guest" : "admin")],
                button: isAdministrator
                    ? .init("Make a plain user", id: "change-roles", weight: .danger)
                    : .init("Make an administrator", id: "change-roles", weight: .secondary)
            )
        }

        fileprivate var facts: [(name: String, value: String)] {
            [
                ("Username", username ?? "none"),
                ("Email address", email.map { $0 + (isEmailVerified ? " (confirmed)" : " (not confirmed)") } ?? "none"),
                ("State", state), ("Role", role), ("Member since", createdAt), ("Last sign-in", lastSignIn ?? "never"),
                ("Account id", id),
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
            (isFirst ? [] : [Link("First page", to: "/admin/users")])
                + (nextPath.map { [Link("Next page", to: $0)] } ?? [])
        }
    }

    package static func users(_ list: UserList) -> Page {
        let search = Form(
            action: "/admin/users",
            method: .get,
            fields: [
                Field(
                    "search",
                    label: "Beginning of a name, username or email address",
                    kind: .search,
                    value: list.search,
                    autocomplete: "off",
                    isRequired: false,
                    limit: 254
                )
            ],
            button: .init("Search", id: "search-users", weight: .secondary)
        )
        return Page(
            title: "Users – Martlet",
            heading: "Users",
            section: .users,
            panels: [
                Panel(id: "search-panel", forms: [search]),
                Panel(
                    id: "users",
                    table: Table(
                        caption: list.search.isEmpty
                            ? "\(list.count) accounts, the oldest first" : "Accounts that match, the oldest first",
                        columns: ["Name", "Username", "Email address", "State", "Role", "Member since"],
                        rows: list.rows.map(\.cells),
                        emptyText: "No account matches."
                    ),
                    links: list.links
                ),
            ]
        )
    }

    /// One account, for an administrator.
    package static func user(_ user: UserRow) -> Page {
        Page(
            title: "\(user.name) – Users – Martlet",
            heading: user.name,
            section: .users,
            panels: [
                Panel(
                    id: "facts",
                    heading: "About this account",
                    facts: user.facts,
                    links: [Link("All users", to: "/admin/users")]
                ),
                Panel(
                    id: "state-panel",
                    heading: user.isBlocked ? "Unblock this account" : "Block this account",
                    paragraphs: [
                        user.isBlocked
                            ? "It may sign in again then. What it had open before stays closed."
                            : "All its sessions and tokens end at once, and it cannot sign in until it is unblocked."
                    ],
                    forms: [user.stateForm(id: user.isBlocked ? "unblock" : "block")]
                ),
                Panel(
                    id: "role-panel",
                    heading: "Change the role",
                    paragraphs: [
                        user.isAdministrator
                            ? "It is an administrator now. As a plain user it sees its own account only; its sessions end."
                            : "An administrator sees and changes everybody's accounts. Its sessions end."
                    ],
                    forms: [user.roleForm]
                ),
            ]
        )
    }
}
