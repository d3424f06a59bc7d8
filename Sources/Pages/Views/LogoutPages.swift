extension Page {
    /// Whether the person wants to be signed out; `request` is sent along, unseen.
    package static func signOut(request: String) -> Page {
        Page(
            title: "Sign out? – Martlet",
            heading: "Do you want to sign out?",
            panels: [
                Panel(
                    id: "sign-out-panel",
                    paragraphs: ["You would be signed out here, and of the applications that you came to from here."],
                    forms: [
                        Form(
                            action: "/end-session/confirm",
                            hidden: [("request", request)],
                            button: .init("Sign out", id: "sign-out")
                        )
                    ],
                    links: [Link("Stay signed in", to: "/account")]
                )
            ]
        )
    }

    /// The person is signed out; `next` is where the browser goes on to.
    package static func signedOut(onTo next: String?) -> Page {
        Page(
            title: "Signed out – Martlet",
            heading: "You are signed out",
            tone: .good,
            links: [next.map { Link("Go on", out: $0) } ?? Link("Sign in", to: "/sign-in")],
            next: next
        )
    }
}
