/// What surrounds a page: who is there, where they are, and what became of their last request.
package struct Frame: Sendable {
    /// Who is signed in.
    package struct Person: Sendable {
        package let name: String
        package let isAdministrator: Bool

        package init(name: String, isAdministrator: Bool) {
            self.name = name
            self.isAdministrator = isAdministrator
        }
    }

    package let person: Person?
    package let alert: Alert?
    /// Goes into each form; empty for pages without one.
    package let formToken: String

    package init(person: Person? = nil, alert: Alert? = nil, formToken: String = "") {
        self.person = person
        self.alert = alert
        self.formToken = formToken
    }

    /// A page of its own: nobody is known, nothing happened.
    package static let bare = Frame()
}

/// The parts of the pages that a person who is signed in can go to.
package enum Section: String, Sendable, CaseIterable {
    case account, sessions, keys, friends, users

    /// Below the issuer's path.
    package var path: String {
        switch self {
        case .account: "/account"
        case .sessions, .keys, .friends: "/account/\(rawValue)"
        case .users: "/admin/users"
        }
    }

    package var label: String {
        switch self {
        case .account: "Account"
        case .sessions: "Sessions"
        case .keys: "Keys"
        case .friends: "Friends"
        case .users: "Users"
        }
    }
}
