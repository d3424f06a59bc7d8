extension Page {
    /// One sign-in, for its owner. Times are for people.
    package struct SessionRow: Sendable {
        package let id: String
        package let device: Text
        package let face: Text
        package let address: String
        package let startedAt: String
        package let lastSeenAt: String
        package let isCurrent: Bool

        package init(
            id: String,
            device: Text,
            face: Text,
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
                button: .init(
                    Text(.endThisOne),
                    about: Text(.deviceSince, [.device: device, .time: .verbatim(startedAt)]),
                    weight: .danger
                )
            )
            return [
                .init(device, detail: face), .init(.verbatim(address)), .init(.verbatim(startedAt)),
                .init(.verbatim(lastSeenAt)),
                isCurrent ? .init(Text(.thisOne)) : .init(form: end),
            ]
        }
    }

    /// The sessions of an account, newest first.
    package static func sessions(_ rows: [SessionRow]) -> Page {
        let endOthers = Form(
            action: "/account/sessions/end-others",
            button: .init(Text(.endOthers), id: "end-others", weight: .danger)
        )
        return Page(
            title: .titled(.sessions),
            heading: Text(.sessions),
            section: .sessions,
            panels: [
                Panel(
                    id: "sessions",
                    table: Table(
                        caption: Text(.whereSignedIn),
                        columns: [Text(.device), Text(.address), Text(.signedIn), Text(.lastUsed), Text(.end)],
                        rows: rows.map(\.cells),
                        emptyText: Text(.signedInNowhere)
                    ),
                    forms: rows.contains { !$0.isCurrent } ? [endOthers] : []
                )
            ]
        )
    }
}
