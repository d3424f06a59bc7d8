package import JOSE

/// What an account may do, in one word (the user-management seed).
package enum Role: String, Sendable, CaseIterable {
    case guest
    /// May administer every account.
    case admin
}

/// One right: to do `method` on `resource`, for oneself or for all (the user-management seed's ResourceActionScope).
package struct Permission: Hashable, Sendable {
    package enum Action: String, Sendable, CaseIterable {
        case own = "self"
        case all
    }

    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package let action: Action
    package let method: Method
    /// The only resource there is: `users`.
    package let resource: String

    package init(_ action: Action, _ method: Method, resource: String = "users") {
        self.action = action
        self.method = method
        self.resource = resource
    }

    /// What an account has that nobody gave anything: read, change and delete itself.
    package static let ofGuests = [Permission(.own, .get), Permission(.own, .patch), Permission(.own, .delete)]

    /// What an administrator has.
    package static let ofAdministrators = Method.allCases.map { Permission(.all, $0) }

    /// What an account has through its roles.
    package static func brought(by roles: Set<Role>) -> [Permission] {
        roles.contains(.admin) ? ofAdministrators : ofGuests
    }

    /// The permission as the seed writes it; nil when a member is missing or unknown.
    package init?(json: JSON) {
        guard case .object(let object) = json,
            let action = object["action"]?.stringValue.flatMap(Action.init(rawValue:)),
            let method = object["method"]?.stringValue.flatMap(Method.init(rawValue:))
        else { return nil }
        let resource = object["resource"]?.stringValue ?? "users"
        guard resource == "users" else { return nil }
        self.init(action, method)
    }

    package var json: JSON {
        ["action": .string(action.rawValue), "method": .string(method.rawValue), "resource": .string(resource)]
    }
}

extension Account {
    /// What the account may do: what its role brings and what it was given beyond that.
    package var held: [Permission] {
        let ofRole = Permission.brought(by: roles)
        return ofRole + permissions.filter { !ofRole.contains($0) }
    }

    /// Whether it may sign in and administer every account.
    package var isAdministrating: Bool { state == .active && isActivated && roles.contains(.admin) }

    /// Whether it has another role or permission than `other`, the same account at another time.
    package func hasOtherRights(than other: Account) -> Bool {
        roles != other.roles || Set(permissions) != Set(other.permissions)
    }

    /// Whether the account may do `method` to the account `target`; nil for all accounts at once.
    package func may(_ method: Permission.Method, to target: Account.ID?) -> Bool {
        held.contains { permission in
            permission.method == method && permission.resource == "users"
                && (permission.action == .all || (permission.action == .own && target == id))
        }
    }
}
