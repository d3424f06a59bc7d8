extension Page {
    /// Whether the person wants to be signed out; `request` is sent along, unseen.
    package static func signOut(request: String) -> Page {
        Page(
            title: .titled(.signOutQuestionTitle),
            heading: Text(.signOutQuestion),
            panels: [
                Panel(
                    id: "sign-out-panel",
                    paragraphs: [Text(.signOutMeaning)],
                    forms: [
                        Form(
                            action: "/end-session/confirm",
                            hidden: [("request", request)],
                            button: .init(Text(.signOut), id: "sign-out")
                        )
                    ],
                    links: [Link(Text(.staySignedIn), to: "/account")]
                )
            ]
        )
    }

    /// The person is signed out; `next` is where the browser goes on to.
    package static func signedOut(onTo next: String?) -> Page {
        Page(
            title: .titled(.signedOutTitle),
            heading: Text(.youAreSignedOut),
            tone: .good,
            links: [next.map { Link(Text(.goOn), out: $0) } ?? Link(Text(.signIn), to: "/sign-in")],
            next: next
        )
    }
}
