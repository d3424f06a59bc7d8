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
    /// Where the page comes again, below the issuer's path, for who wants to read it in another language; nil for a page that cannot.
    package let path: String?
    /// URLs of other sites that are loaded in frames which nobody sees.
    package let addresses: [String]

    package init(
        person: Person? = nil,
        alert: Alert? = nil,
        formToken: String = "",
        path: String? = nil,
        addresses: [String] = []
    ) {
        self.path = path
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
    case account, details, sessions, applications, keys, friends, users

    /// Below the issuer's path.
    package var path: String {
        switch self {
        case .account: "/account"
        case .details, .sessions, .applications, .keys, .friends: "/account/\(rawValue)"
        case .users: "/admin/users"
        }
    }

    package var label: Text {
        switch self {
        case .account: Text(.account)
        case .details: Text(.personalDetails)
        case .sessions: Text(.sessions)
        case .applications: Text(.applications)
        case .keys: Text(.keys)
        case .friends: Text(.friends)
        case .users: Text(.users)
        }
    }
}
