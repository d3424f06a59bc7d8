import Accounts

/// The rights that a request gives to an account or takes from it.
struct UserGrant: Sendable {
    private let roles: Set<Role>?
    private let permissions: [Permission]?
    private let isBlacklisted: Bool?

    /// These rights, and the others as they are; without arguments no right.
    init(roles: Set<Role>? = nil, isBlacklisted: Bool? = nil) {
        self.roles = roles
        permissions = nil
        self.isBlacklisted = isBlacklisted
    }

    init(_ body: UserBody) {
        roles = body.roles
        permissions = body.permissions
        isBlacklisted = body.isBlacklisted
    }

    /// Whether it says nothing.
    var isEmpty: Bool { roles == nil && permissions == nil && isBlacklisted == nil }

    /// Writes the rights. What a role brings is not kept beside it, so that it goes with the role.
    func apply(to account: inout Account) {
        if let roles { account.roles = roles }
        if let permissions { account.permissions = permissions }
        let ofRoles = Permission.brought(by: account.roles)
        account.permissions.removeAll { ofRoles.contains($0) }
        if let isBlacklisted { account.state = isBlacklisted ? .blocked : .active }
    }

    /// Whether `granter` has every right that `account` would have and has not yet: nobody gives what they do not hold.
    func isHeld(by granter: Account, for account: Account) -> Bool {
        var changed = account
        apply(to: &changed)
        let isNewAdministrator = changed.roles.contains(.admin) && !account.roles.contains(.admin)
        return (!isNewAdministrator || granter.roles.contains(.admin))
            && changed.held.filter { !account.holds($0) }.allSatisfy(granter.holds)
    }
}

extension Account {
    /// Whether what the account may do covers `permission`: what it may do to all it may do to itself.
    func holds(_ permission: Permission) -> Bool {
        held.contains { $0 == permission || ($0.action == .all && $0.method == permission.method) }
    }

    /// Whether the account has every right of `other`: who has fewer may not take it over.
    func outranks(_ other: Account) -> Bool {
        (roles.contains(.admin) || !other.roles.contains(.admin)) && other.held.allSatisfy(holds)
    }
}
