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
    /// URLs of other sites that are loaded in frames which nobody sees.
    package let addresses: [String]

    package init(person: Person? = nil, alert: Alert? = nil, formToken: String = "", addresses: [String] = []) {
        self.person = person
        self.alert = alert
        self.formToken = formToken
        self.addresses = addresses
    }

    /// A page of its own: nobody is known, nothing happened.
    package static let bare = Frame()
}

/// The parts of the pages that a person who is signed in can go to.
package enum Section: String, Sendable, CaseIterable {
    case account, sessions, applications, keys, friends, users

    /// Below the issuer's path.
    package var path: String {
        switch self {
        case .account: "/account"
        case .sessions, .applications, .keys, .friends: "/account/\(rawValue)"
        case .users: "/admin/users"
        }
    }

    package var label: String {
        switch self {
        case .account: "Account"
        case .sessions: "Sessions"
        case .applications: "Applications"
        case .keys: "Keys"
        case .friends: "Friends"
        case .users: "Users"
        }
    }
}
