extension Page {
    /// One sign-in, for its owner. Times are for people.
    package struct SessionRow: Sendable {
        package let id: String
        package let device: String
        package let face: String
        package let address: String
        package let startedAt: String
        package let lastSeenAt: String
        package let isCurrent: Bool

        package init(
            id: String,
            device: String,
            face: String,
            address: String,
            startedAt: String,
            lastSeenAt: String,
            isCurrent: Bool
        ) {
            self.id = id
            self.device = device
            self.face = face
            self.address = address
            self.startedAt = startedAt
            self.lastSeenAt = lastSeenAt
            self.isCurrent = isCurrent
        }

        fileprivate var cells: [Table.Cell] {
            let end = Form(
                action: "/account/sessions/end",
                hidden: [("session", id)],
                button: .init("End this one", about: "\(device), since \(startedAt)", weight: .danger)
            )
            return [
                .init(device, detail: face), .init(address), .init(startedAt), .init(lastSeenAt),
                isCurrent ? .init("This one") : .init("", form: end),
            ]
        }
    }

    /// The sessions of an account, newest first.
    package static func sessions(_ rows: [SessionRow]) -> Page {
        let endOthers = Form(
            action: "/account/sessions/end-others",
            button: .init("End all other sessions", id: "end-others", weight: .danger)
        )
        return Page(
            title: "Sessions – Martlet",
            heading: "Sessions",
            section: .sessions,
            panels: [
                Panel(
                    id: "sessions",
                    table: Table(
                        caption: "Where you are signed in",
                        columns: ["Device", "Address", "Signed in", "Last used", "End"],
                        rows: rows.map(\.cells),
                        emptyText: "You are signed in nowhere."
                    ),
                    forms: rows.contains { !$0.isCurrent } ? [endOthers] : []
                )
            ]
        )
    }
}
